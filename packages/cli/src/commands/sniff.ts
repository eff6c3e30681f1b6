// `anyserial sniff`: shows what an application and its device say to each other. The application opens a port of ours,
// the real port follows its settings: a hub of two members.

import { resolve } from "node:path";
import { createHub, type HubConfig, type HubEvent, type SerialMemberConfig } from "@anyserial/hub";
import { Recorder } from "@anyserial/hub/capture";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_OK } from "../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { FRAMING_HELP, FRAMING_OPTION, framingOf } from "../options/framing.ts";
import { SERIAL_OPTIONS, serialConfigOf } from "../options/serial-options.ts";
import { invalidStatus } from "../terminal/message-sink.ts";
import { describeError, type Output } from "../terminal/output.ts";
import type { OutputStream } from "../terminal/streams.ts";
import { eventText } from "./hub/event-text.ts";
import { SniffView } from "./sniff/view.ts";

/** Bytes that may wait for the reader of the output: the application never does. */
const MOST_WAITING = 1_048_576;
const NETWORK = "sniff";

const { baud, flow, parity } = SERIAL_OPTIONS;
const OPTIONS = {
  hex: { kind: "flag", help: "Show bytes in hexadecimal" },
  framing: { ...FRAMING_OPTION, help: "Show a message on a line instead of bytes as they arrive" },
  "no-time": { kind: "flag", help: "Print no times" },
  capture: { kind: "text", value: "FILE", help: "Record to FILE, in pcapng for Wireshark" },
  ...COMMON_OPTIONS,
  baud,
  "data-bits": SERIAL_OPTIONS["data-bits"],
  parity,
  "stop-bits": SERIAL_OPTIONS["stop-bits"],
  flow,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "sniff",
  summary: "Show what an application and its device send to each other",
  description: [
    "Creates an emulated port at LINK for the application, and connects it with the port REAL. Prints everything " +
      "that passes, with its time: > is from the application, < from the device.",
    "REAL takes the rate, the stop bits and the flow control that the application sets. A pty has no data bits and " +
      "no parity: give --data-bits and --parity if they are not 8 and none.",
  ],
  positionals: { text: "REAL LINK", minimum: 2, maximum: 2 },
  options: OPTIONS,
  sections: [{ title: "Framings", lines: FRAMING_HELP }],
  examples: [
    ["anyserial sniff /dev/ttyUSB0 /tmp/ttyAPP", "Let the application open /tmp/ttyAPP instead"],
    [
      "anyserial sniff /dev/ttyUSB0 /tmp/ttyAPP --framing idle-gap,checksum=crc16modbus",
      "Modbus RTU, a message on a line",
    ],
    ["anyserial sniff /dev/ttyUSB0 /tmp/ttyAPP --hex --capture bus.pcapng", "Also record it"],
  ],
  exitNotes: ["0 when interrupted by SIGINT, SIGTERM or SIGHUP."],
};

type Call = CommandCall<typeof OPTIONS>;

/** Waits for the real port. */
interface Opening {
  resolve(): void;
  reject(error: Error): void;
}

export const sniff: Command = defineCommand(SPEC, async (call) => {
  const { output, signal, values } = call;
  const [path = "", link = ""] = call.positionals;
  const view = createView(call);
  await using recorder = await startRecorder(values.capture, output);
  let opening: Opening = { resolve: () => undefined, reject: () => undefined };
  const opened = new Promise<void>((res, reject) => {
    opening = { resolve: res, reject };
  });
  opened.catch(() => undefined); // awaited below, unless the hub cannot start
  const onEvent = (event: HubEvent): void => {
    recorder?.onEvent(event);
    report(output, event, opening);
  };
  await using hub = await createHub(configOf(call), { onEvent });
  hub.on("lines", (point) => recorder?.onLines(point));
  hub.on("traffic", (point, bytes) => {
    recorder?.onTraffic(point, bytes);
    if (point.direction !== "in") return;
    view.take(point.member === "application" ? "application" : "device", bytes, new Date());
  });
  const interrupted = new Promise((end) => signal.addEventListener("abort", end, { once: true }));
  if (!signal.aborted) await Promise.race([opened, interrupted]);
  if (!signal.aborted) {
    const message = `the application opens ${link}, which is connected with ${path}`;
    output.status({ event: "listening", message, path, link: resolve(link) });
    await interrupted;
  }
  view.end();
  return EXIT_OK;
});

function configOf({ positionals, values }: Call): HubConfig {
  const [serial = "", port = ""] = positionals;
  const { baudRate, dataBits, parity: bit, stopBits } = serialConfigOf(values);
  const flowControl = { none: "none", xonxoff: "software", rtscts: "hardware" } as const;
  const real: SerialMemberConfig = {
    serial,
    follow: "application",
    ...withoutUndefined({ baudRate, dataBits, parity: bit, stopBits }),
    flowControl: flowControl[(values.flow ?? "none") as keyof typeof flowControl],
  };
  const members = { application: { port }, device: real };
  return { networks: { [NETWORK]: { topology: "pair", members } } };
}

function withoutUndefined<T extends object>(fields: T): Partial<T> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<T>;
}

function createView({ stdout, output, values }: Call): SniffView {
  const {
    baudRate = 115_200,
    dataBits = 8,
    parity: bit = "none",
    stopBits = 1,
  } = serialConfigOf(values);
  return new SniffView({
    framing: framingOf({ ...values, "no-time": undefined }), // here it is of use without, too
    line: { baudRate, dataBits, parity: bit, stopBits },
    hex: values.hex ?? false,
    timestamps: values["no-time"] !== true,
    json: output.isJson,
    print: boundedPrint(stdout, output),
    onInvalid: (error) => output.status(invalidStatus(error)),
  });
}

/** A reader that is too slow loses lines, and is informed of their number. */
function boundedPrint(stdout: OutputStream, output: Output): (line: string) => void {
  let lost = 0;
  return (line) => {
    if (stdout.writableLength > MOST_WAITING) {
      lost++;
      return;
    }
    if (lost > 0) {
      const message = `${lost} lines were not printed: the reader of the output is too slow`;
      output.status({ event: "lost-lines", message, lines: lost });
      lost = 0;
    }
    stdout.write(line);
  };
}

async function startRecorder(
  file: string | undefined,
  output: Output,
): Promise<(Recorder & AsyncDisposable) | undefined> {
  if (file === undefined) return undefined;
  const fail = (error: Error): void => {
    const message = `recording ended: ${describeError(error).message}`;
    output.status({ event: "capture-failed", message, path: file });
  };
  const recorder = new Recorder({ file: resolve(file) }, { onError: fail });
  await recorder.open();
  return Object.assign(recorder, { [Symbol.asyncDispose]: () => recorder.close() });
}

/** The first failure of the real port ends the command: a wrong path is to be seen at once. */
function report(output: Output, event: HubEvent, opening: Opening): void {
  if ("member" in event && event.member === "device") {
    if (event.type === "member-open") opening.resolve();
    if (event.type === "member-error") opening.reject(event.error);
    if (event.type === "settings") return; // those of the application
  }
  const { type, ...fields } = event;
  const text = eventText(event).replace(`${NETWORK}/`, "");
  output.status({ event: type, message: text, ...withoutErrors(fields) });
}

function withoutErrors(fields: object): Readonly<Record<string, unknown>> {
  const plain = Object.entries(fields).filter(([, value]) => !(value instanceof Error));
  return Object.fromEntries(plain);
}
