// serialPortPair(): two connected ports without a kernel, for our users' tests and ours.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { SETTING_NAMES } from "../arguments/settings.ts";
import { invalid, isOneOf } from "../arguments/validate.ts";
import { type SerialConfigInput, settingsFor } from "../config/config.ts";
import {
  createMemoryCable,
  type MemoryHooks,
  type MemoryPortOptions,
  type MemorySocket,
} from "../memory/memory-backend.ts";
import { openWith } from "../port/open.ts";
import type { SerialPort } from "../port/serial-port.ts";

/** One end of a pair. */
export interface SerialPairEndOptions extends MemoryPortOptions {
  /** Settings that differ from the defaults. */
  readonly config?: SerialConfigInput | undefined;
}

/** Options of the two ports. */
export interface SerialPortPairOptions {
  /** The first port. */
  readonly a?: SerialPairEndOptions | undefined;
  /** The second port. */
  readonly b?: SerialPairEndOptions | undefined;
}

/** Two connected, open ports. */
export interface SerialPortPair extends AsyncDisposable {
  /** The first port. */
  readonly a: SerialPort;
  /** The second port. */
  readonly b: SerialPort;
  /** The test's access to the device behind each port. */
  readonly hooks: { readonly a: MemoryHooks; readonly b: MemoryHooks };
  /**
   * Opens an end again, after its port was closed, or disconnected and plugged in again.
   *
   * @param end Which one.
   * @param config Settings that differ from the defaults.
   * @returns A new port; `a` or `b` stays the old one.
   * @throws `PortBusyError` `EBUSY` — its port is still open.
   * @throws `PortNotFoundError` `ENOENT` — it is disconnected.
   */
  reopen(end: "a" | "b", config?: SerialConfigInput): Promise<SerialPort>;
  /** Closes both ports; never rejects. */
  close(): Promise<void>;
}

const IN_CONFIG = Object.fromEntries(
  SETTING_NAMES.map((name) => [name.toLowerCase(), `write { a: { config: { ${name} } } }`]),
);
const END_NAMES = ["config", "bufferBytes", "faults", "features", "takeBaudRate"];
const IN_END = Object.fromEntries(
  END_NAMES.map((name) => [name.toLowerCase(), `write { a: { ${name} } }`]),
);

const PAIR: OptionSpec = { known: ["a", "b"], elsewhere: { ...IN_END, ...IN_CONFIG } };
const END: OptionSpec = { known: END_NAMES, elsewhere: IN_CONFIG };

/**
 * Opens two ports that are connected by a null-modem cable in memory.
 *
 * Bytes sent by one port are received by the other, in a later task; RTS arrives as CTS, DTR as DSR
 * and DCD; a full receiver holds the sender back, so no byte is lost. Every option works, and
 * features that a real driver might lack can be taken away.
 *
 * @param options Options of the ports, and faults to inject.
 * @returns The ports, open; close both, or the pair.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @example
 * ```ts
 * import { lines } from "anyserial/framing";
 * import { serialPortPair } from "anyserial/testing";
 *
 * await using pair = await serialPortPair();
 * await pair.a.framed(lines()).send("ping");
 * console.log(await pair.b.framed(lines()).receive());
 * pair.hooks.b.disconnect();
 * ```
 */
export async function serialPortPair(options: SerialPortPairOptions = {}): Promise<SerialPortPair> {
  checkOptions(options, PAIR);
  for (const end of ["a", "b"] as const) {
    if (options[end] !== undefined) checkOptions(options[end], { ...END, group: `${end}.` });
  }
  const cable = createMemoryCable(options.a, options.b);
  const a = await open(cable.a, options.a?.config);
  const b = await open(cable.b, options.b?.config);
  const close = async (): Promise<void> => {
    await Promise.all([a.close(), b.close()]);
  };
  return {
    a,
    b,
    hooks: { a: cable.a.hooks, b: cable.b.hooks },
    reopen: async (end, config) => {
      if (!isOneOf(end, ["a", "b"])) throw invalid("end", end, "one of a, b");
      return open(cable[end], config);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function open(socket: MemorySocket, config: SerialConfigInput = {}): Promise<SerialPort> {
  const target = { path: socket.path, info: undefined };
  return openWith(socket.backend, target, settingsFor("other", config));
}
