// `anyserial receive`: prints received bytes, for scripts. The exit code says whether the awaited
// bytes arrived.

import type { SerialPort } from "anyserial";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_OK } from "../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { FRAMING_HELP, FRAMING_OPTION, framingOf, NO_TIME_OPTION } from "../options/framing.ts";
import { delimiterOf, RECEIVE_OPTIONS } from "../options/receive-options.ts";
import { SERIAL_OPTIONS, serialConfigOf } from "../options/serial-options.ts";
import { TLS_OPTIONS, tlsOf } from "../options/tls-options.ts";
import { UsageError } from "../options/usage-error.ts";
import type { MessageSinkOptions } from "../terminal/message-sink.ts";
import { ReceivedSink } from "../terminal/received-sink.ts";
import { type CollectEnd, type CollectOptions, collect } from "../transfer/collect.ts";
import { type Deadline, startDeadline } from "../transfer/deadline.ts";
import { withPort } from "../transfer/open-port.ts";
import { WaitError } from "../transfer/wait-error.ts";
import { receiveMessages } from "./receive/messages.ts";

const OPTIONS = {
  ...RECEIVE_OPTIONS,
  count: {
    kind: "integer",
    value: "N",
    minimum: 1,
    help: "Receive N bytes; with --framing, N messages",
  },
  idle: {
    kind: "duration",
    value: "TIME",
    help: "Stop when nothing has come for TIME after the first byte",
  },
  framing: {
    ...FRAMING_OPTION,
    help: "Print a message on a line, with the time of its arrival; bytes are printed in hexadecimal",
  },
  "no-time": NO_TIME_OPTION,
  hex: { kind: "flag", help: "Print a hex dump; with --framing, text in hexadecimal" },
  verbose: { kind: "flag", short: "v", help: "Print on standard error when the port is open" },
  ...COMMON_OPTIONS,
  ...SERIAL_OPTIONS,
  ...TLS_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "receive",
  summary: "Print what arrives, until a text, a count or a time",
  description: [
    "Prints what a port receives, from the moment it is open, as it arrives. Ends at the first of " +
      "--until, --count and --idle; without any of them at --timeout, or when interrupted.",
    "With --framing, it prints messages: --until ends after a message that has TEXT. Bytes that are not a " +
      "valid message are reported on standard error.",
  ],
  positionals: { text: "PATH", minimum: 1, maximum: 1 },
  options: OPTIONS,
  examples: [
    ["anyserial receive /dev/ttyUSB0 --until '\\n' --timeout 2s", "One line, or exit status 124"],
    ["anyserial receive /dev/ttyUSB0 --baud 9600 > capture.bin", "Every byte, until Ctrl-C"],
    ["anyserial receive /dev/ttyUSB0 --count 4 --json", "Four bytes in one JSON object"],
    ["anyserial receive /dev/ttyUSB0 --framing lines", "Each line with its time"],
    [
      "anyserial receive /dev/ttyUSB0 --baud 9600 --framing idle-gap,checksum=crc16modbus",
      "Modbus RTU, as it is seen on the bus",
    ],
  ],
  sections: [{ title: "Framings", lines: FRAMING_HELP }],
  exitNotes: [
    "0 when the awaited bytes arrived; 124 when --timeout was first (received bytes are printed). With " +
      "--timeout alone: 0 when anything came, 124 when nothing did.",
  ],
};

type Call = CommandCall<typeof OPTIONS>;

export const receive: Command = defineCommand(SPEC, async (call) => {
  const { values, signal } = call;
  const path = call.positionals[0] ?? "";
  const until = delimiterOf(values.until);
  if (values.idle === 0) throw new UsageError("--idle cannot be 0", "give a time such as 200ms");
  const framing = framingOf(values);
  const config = serialConfigOf(values);
  return withPort(path, { config, tls: tlsOf(values), signal }, async (port) => {
    if (values.verbose === true) {
      call.output.status({ event: "opened", message: `opened ${path}`, path });
    }
    const deadline = startDeadline(values.timeout, signal);
    const goal = { until, count: values.count, idleMs: values.idle, signal: deadline.signal };
    try {
      if (framing === undefined) await receiveBytes(port, { call, goal, deadline });
      else await receiveMessages(port, { ...shownBy(call), framing, goal, deadline });
    } catch (error) {
      throw deadline.isReason(error) ? notInTime(call) : error;
    } finally {
      deadline.clear();
    }
    return EXIT_OK;
  });
});

interface BytesParts {
  readonly call: Call;
  readonly goal: Omit<CollectOptions, "onBytes">;
  readonly deadline: Deadline;
}

async function receiveBytes(port: SerialPort, { call, goal, deadline }: BytesParts): Promise<void> {
  const sink = createSink(call);
  try {
    const end = await collect(port, { ...goal, onBytes: (bytes) => sink.take(bytes) });
    await printReport(call, sink, end);
  } catch (error) {
    const isTimeout = deadline.isReason(error);
    await printReport(call, sink, isTimeout ? "timeout" : "failed");
    if (!(isTimeout && isEnough(call, sink))) throw error;
  }
}

function shownBy({ output, stdout, values }: Call): MessageSinkOptions {
  const { hex = false, raw = false } = values;
  return { output, stdout, hex, raw, timestamps: values["no-time"] !== true };
}

/** With nothing but a time to wait for, anything that came is what was asked for. */
function isEnough({ values }: Call, sink: ReceivedSink): boolean {
  const hasGoal = [values.until, values.count, values.idle].some((goal) => goal !== undefined);
  return !hasGoal && sink.bytes > 0;
}

function createSink({ stdout, signal, values, output }: Call): ReceivedSink {
  const { hex = false, raw = false } = values;
  return new ReceivedSink({ stdout, signal, hex, raw, json: output.isJson });
}

async function printReport(
  { output, positionals, signal }: Call,
  sink: ReceivedSink,
  end: CollectEnd | "timeout" | "failed",
): Promise<void> {
  if (signal.aborted) return;
  if (output.isJson) await output.json({ path: positionals[0], end, ...sink.report() });
  else await sink.end();
}

function notInTime({ positionals, values }: Call): WaitError {
  return new WaitError("Cannot receive from", {
    path: positionals[0] ?? "",
    timeoutMs: values.timeout ?? 0,
    hint: "check rate, framing and wiring, or give a longer --timeout",
  });
}
