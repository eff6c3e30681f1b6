// `anyserial serve`: a port for other machines, by RFC 2217 or as raw bytes, until it is interrupted.

import { readFileSync } from "node:fs";
import {
  CLIENT_MODES,
  type ClientMode,
  SerialServer,
  type ServerEvent,
  type ServerTls,
} from "anyserial/serve";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_OK } from "../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec, type OptionValues } from "../options/args.ts";
import { SERIAL_OPTIONS, serialConfigOf } from "../options/serial-options.ts";
import { UsageError } from "../options/usage-error.ts";
import type { Output } from "../terminal/output.ts";
import { openSessions } from "./monitor/sessions.ts";
import { clientAddress, isLocal, parseListen } from "./serve/address.ts";

const OPTIONS = {
  listen: {
    kind: "text",
    value: "ADDRESS",
    help: "host:port or unix:/path to listen on (default 127.0.0.1:2217)",
  },
  raw: { kind: "flag", help: "Bytes only, without telnet and RFC 2217" },
  clients: {
    kind: "choice",
    choices: CLIENT_MODES,
    help: "one: others are refused (default); kick: the newest is served; shared: all talk; readers: the first talks",
  },
  follow: {
    kind: "flag",
    help: "Let the first client change rate and framing, although they are given here",
  },
  "allow-remote": { kind: "flag", help: "Allow an address that other machines reach" },
  "tls-cert": { kind: "text", value: "FILE", help: "Certificate in PEM: clients use +tls" },
  "tls-key": { kind: "text", value: "FILE", help: "Private key of the certificate" },
  "tls-client-ca": {
    kind: "text",
    value: "FILE",
    help: "Clients need a certificate of this authority",
  },
  "idle-timeout": {
    kind: "duration",
    value: "TIME",
    help: "Disconnect a client after TIME without a byte either way",
  },
  ...COMMON_OPTIONS,
  ...SERIAL_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "serve",
  summary: "Serve a port to other machines: RFC 2217, raw TCP, TLS",
  description: [
    "Serves a port by RFC 2217: clients read, write, and set rate, framing, DTR, RTS and breaks, as on a port " +
      "of their own. It listens on this machine only, unless --allow-remote is given. When the device goes " +
      "away, clients are disconnected; when it is back, it is served again.",
    "Rate and framing are those that the first client asks for. With --baud, --data-bits, --parity, " +
      "--stop-bits or --flow they stay as given, unless --follow is given too.",
  ],
  positionals: { text: "PATH", minimum: 1, maximum: 1 },
  options: OPTIONS,
  examples: [
    ["anyserial serve /dev/ttyUSB0", "For programs on this machine, at rfc2217://127.0.0.1:2217"],
    [
      "anyserial serve COM3 --listen 0.0.0.0:2217 --allow-remote --tls-cert c --tls-key k",
      "For other machines, encrypted; with --tls-client-ca for known clients only",
    ],
    ["anyserial serve /dev/ttyUSB0 --clients readers", "One client talks, any number listen"],
  ],
  exitNotes: [
    "It runs until it is interrupted. Clients open rfc2217://127.0.0.1:2217, as in monitor.",
  ],
};

type Call = CommandCall<typeof OPTIONS>;

export const serve: Command = defineCommand(SPEC, async (call) => {
  const { values, signal, output } = call;
  const path = call.positionals[0] ?? "";
  const listen = parseListen(values.listen ?? "127.0.0.1:2217");
  const tls = tlsOf(values);
  if (!isLocal(listen)) {
    if (values["allow-remote"] !== true) {
      throw new UsageError(
        `--listen ${values.listen} is reachable from other machines`,
        "give an address of this machine such as 127.0.0.1:2217, or add --allow-remote",
      );
    }
    if (tls?.clientCa === undefined) warnOfDanger(output, tls);
  }
  const sessions = openSessions(path, {
    config: serialConfigOf(values),
    wait: false,
    reconnect: true,
    signal,
  });
  const first = await sessions.next(); // before the address is taken: a wrong path fails at once
  if (first.done === true) return EXIT_OK;
  await using port = first.value;
  await using server = await SerialServer.listen({
    listen,
    tls,
    protocol: values.raw === true ? "raw" : "rfc2217",
    clients: (values.clients ?? "one") as ClientMode,
    follow: values.follow === true || !isLineGiven(values),
    idleMs: values["idle-timeout"],
    onEvent: (event) => report(output, event),
  });
  const close = (): void => void server.close();
  signal.addEventListener("abort", close);
  reportAddress(call, server);
  await untilGone(server, port, signal);
  output.status({ event: "disconnected", message: `${path} is gone: waiting for it`, path });
  for await (const next of sessions) {
    output.status({ event: "connected", message: `${path} is back`, path });
    await untilGone(server, next, signal);
  }
  return EXIT_OK;
});

/** Serves a port until its device goes away. */
async function untilGone(
  server: SerialServer,
  port: Parameters<SerialServer["serve"]>[0],
  signal: AbortSignal,
): Promise<void> {
  const interrupted = (): void => void port.close();
  signal.addEventListener("abort", interrupted);
  try {
    await server.serve(port);
  } catch (error) {
    signal.throwIfAborted();
    if (port.isOpen) throw error;
  } finally {
    signal.removeEventListener("abort", interrupted);
  }
}

function reportAddress({ output, values, positionals }: Call, server: SerialServer): void {
  const scheme = `${values.raw === true ? "socket" : "rfc2217"}${values["tls-cert"] === undefined ? "" : "+tls"}`;
  const address = clientAddress(server.address, scheme);
  const [path = ""] = positionals;
  output.status({ event: "listening", message: `serving ${path} at ${address}`, path, address });
}

function report(output: Output, event: ServerEvent): void {
  const { type, peer } = event;
  output.status({ event: type, message: wordsOf(event), peer });
}

function wordsOf(event: ServerEvent): string {
  const { peer } = event;
  switch (event.type) {
    case "open":
      return `${peer} connected`;
    case "close":
      return `${peer} left${event.reason === undefined ? "" : `: ${event.reason}`}`;
    case "failed":
      return `${peer} could not connect: ${event.reason}`;
    case "refused":
      return `${peer} was refused: ${event.present} is served`;
    case "stalled":
      return `${peer} does not read: bytes for it are lost`;
    default:
      return `${peer} lost ${event.bytes} bytes`;
  }
}

function warnOfDanger(output: Output, tls: ServerTls | undefined): void {
  const danger =
    tls === undefined
      ? "any program that reaches the address can read and write the port, and see what others send"
      : "any program that reaches the address can read and write the port: add --tls-client-ca";
  output.status({ event: "warning", message: `warning: ${danger}` });
}

function isLineGiven(values: OptionValues<typeof OPTIONS>): boolean {
  const { baud, parity, flow } = values;
  const given = [baud, parity, flow, values["data-bits"], values["stop-bits"]];
  return given.some((value) => value !== undefined);
}

function tlsOf(values: OptionValues<typeof OPTIONS>): ServerTls | undefined {
  const cert = values["tls-cert"];
  const key = values["tls-key"];
  const clientCa = values["tls-client-ca"];
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new UsageError("TLS needs --tls-cert and --tls-key", "give both files");
  }
  return {
    cert: readFileSync(cert),
    key: readFileSync(key),
    clientCa: clientCa === undefined ? undefined : readFileSync(clientCa),
  };
}
