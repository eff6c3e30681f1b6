// serveAdapters: emulated adapters for other machines, by USB/IP.

import { checkOptions } from "../arguments/options.ts";
import { invalid, isIntegerIn } from "../arguments/validate.ts";
import { SerialError } from "../errors/errors.ts";
import { Adapter } from "./adapter.ts";
import { ADAPTER_OPTIONS, type AdapterOptions, checkAdapter } from "./adapter-options.ts";
import { AdapterProcess, RequestError } from "./adapter-process.ts";
import { VirtualAdapter } from "./virtual-adapter.ts";

/** One adapter to serve. */
export interface ServedAdapterOptions extends AdapterOptions {
  /**
   * Name for clients: `usbip attach -b NAME`. At most 31 letters, digits, `-`, `.`, `:` and `_`.
   * @defaultValue `1-1`, `1-2`, … by its place in the list
   */
  readonly busid?: string | undefined;
}

/** Options of {@link serveAdapters}. */
export interface ServeAdaptersOptions {
  /** The adapters. */
  readonly adapters: readonly ServedAdapterOptions[];
  /**
   * Address and TCP port. The protocol has no authentication and no encryption: every client may have the
   * adapters. So leave it at loopback, and let other machines in by a tunnel of ssh or TLS.
   * @defaultValue "127.0.0.1:3240"
   */
  readonly listen?: string | undefined;
}

/** The result of {@link serveAdapters}. */
export interface ServedAdapters extends AsyncDisposable {
  /** In the order of the options. */
  readonly adapters: readonly VirtualAdapter[];
  /** Where clients connect. */
  readonly address: {
    readonly host: string;
    /** Number of the TCP port. */
    readonly port: number;
  };
  /** Ends listening, and closes the adapters; never rejects. */
  close(): Promise<void>;
}

const LISTEN = "127.0.0.1:3240";
const BUSID = /^[\w.:-]{1,31}$/;
const NO_PLACE = { adapter: 0, port: 0 } as const;
const NO_ACCESS = { mode: undefined, uid: undefined, gid: undefined } as const;

/**
 * Serves emulated adapters to other machines by USB/IP: `usbip attach` on Linux and usbip-win2 on Windows plug them in.
 * It runs on any system. A child process answers the clients, also while this program is busy.
 *
 * @param options The adapters, and where to listen.
 * @returns The device sides; each is `isPlugged` while a machine has it. `unplug()` takes it away from that machine
 *   and from the list, until `plug()`.
 * @throws `SerialError` `EADDRINUSE`, `EACCES`, … — listening is not possible there.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @example
 * ```ts
 * import { serveAdapters } from "anyserial/adapter";
 *
 * await using served = await serveAdapters({ adapters: [{ chip: "ft232r", serialNumber: "A5" }] });
 * for await (const chunk of served.adapters[0] ?? []) console.log(chunk);
 * ```
 */
export async function serveAdapters(options: ServeAdaptersOptions): Promise<ServedAdapters> {
  checkOptions(options, { known: ["adapters", "listen"], elsewhere: { port: "write listen" } });
  const { host, port } = parseListen(options.listen ?? LISTEN);
  const specs = checkAll(options.adapters);
  const process = AdapterProcess.use();
  const made: VirtualAdapter[] = [];
  const closeAll = async (): Promise<void> => {
    await Promise.all(made.map((adapter) => adapter.close()));
    process.release();
  };
  try {
    const bound = (await process.ask(NO_PLACE, { do: "listen", host, port })) as number;
    const address = { host, port: bound };
    for (const { spec, busid } of specs) {
      const place = {
        kind: "remote",
        busid,
        address: `usbip://${hostName(host)}:${bound}`,
      } as const;
      const adapter = await Adapter.create(spec, place);
      made.push(new VirtualAdapter(adapter, { link: undefined, access: NO_ACCESS }));
    }
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closing ??= process
        .ask(NO_PLACE, { do: "unlisten", port: bound })
        .catch(() => undefined) // the process has ended, and its socket with it
        .then(closeAll);
      return closing;
    };
    return { adapters: made, address, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await closeAll();
    throw listenFailed(error, `${host}:${port}`);
  }
}

function checkAll(
  adapters: readonly ServedAdapterOptions[],
): { readonly spec: ReturnType<typeof checkAdapter>; readonly busid: string }[] {
  if (!Array.isArray(adapters)) throw invalid("adapters", adapters, "a list of adapters");
  const known = [...ADAPTER_OPTIONS.known, "busid"];
  const found = adapters.map((adapter: ServedAdapterOptions, at) => {
    checkOptions(adapter, { ...ADAPTER_OPTIONS, known, parameter: `adapters[${at}]` });
    const { busid = `1-${at + 1}` } = adapter;
    if (typeof busid !== "string" || !BUSID.test(busid)) {
      throw invalid("busid", busid, "1 to 31 letters, digits, -, ., : and _");
    }
    return { spec: checkAdapter(adapter), busid };
  });
  const twice = found.find(({ busid }, at) =>
    found.some((each, i) => i < at && each.busid === busid),
  );
  if (twice !== undefined)
    throw invalid("busid", twice.busid, "a name of its own for each adapter");
  return found;
}

function parseListen(listen: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits = ""] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(listen) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || !isIntegerIn(port, 0, 0xffff)) {
    throw invalid("listen", listen, "an address and a port, such as 127.0.0.1:3240");
  }
  return { host, port };
}

function hostName(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function listenFailed(error: unknown, address: string): unknown {
  if (!(error instanceof RequestError)) return error;
  const { code, message } = error;
  return new SerialError(`Cannot serve adapters at "${address}": ${message}`, {
    code,
    path: address,
    operation: "listen",
    hint: "choose another address in listen, or end the program that has it (usbipd has port 3240 too)",
  });
}
