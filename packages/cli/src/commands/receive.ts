// `anyserial receive`: prints what arrives, for scripts. The exit code tells whether what was waited
// for came.

import { COMMON_OPTIONS, type CommandSpec } from "../args.ts";
import { type CollectEnd, collect } from "../collect.ts";
import { type Command, type CommandCall, defineCommand } from "../command.ts";
import { startDeadline } from "../deadline.ts";
import { EXIT_OK } from "../exit-codes.ts";
import { withPort } from "../open-port.ts";
import { delimiterOf, RECEIVE_OPTIONS } from "../receive-options.ts";
import { ReceivedSink } from "../received-sink.ts";
import { SERIAL_OPTIONS, serialConfigOf } from "../serial-options.ts";
import { UsageError } from "../usage-error.ts";
import { WaitError } from "../wait-error.ts";

const OPTIONS = {
  ...RECEIVE_OPTIONS,
  count: { kind: "integer", value: "N", minimum: 1, help: "Receive N bytes" },
  idle: {
    kind: "duration",
    value: "TIME",
    help: "Stop when nothing has come for TIME after the first byte",
  },
  hex: { kind: "flag", help: "Print a hex dump" },
  verbose: { kind: "flag", short: "v", help: "Tell on standard error when the port is open" },
  ...COMMON_OPTIONS,
  ...SERIAL_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "receive",
  summary: "Print what arrives, until a text, a count or a time",
  description: [
    "Prints what a port receives, from the moment it is open, as it arrives. Ends at the first of " +
      "--until, --count and --idle; without any of them at --timeout, or when it is told to end.",
  ],
  positionals: { text: "PATH", minimum: 1, maximum: 1 },
  options: OPTIONS,
  examples: [
    ["anyserial receive /dev/ttyUSB0 --until '\\n' --timeout 2s", "One line, or exit status 124"],
    ["anyserial receive /dev/ttyUSB0 --baud 9600 > capture.bin", "Every byte, until Ctrl-C"],
    ["anyserial receive /dev/ttyUSB0 --count 4 --json", "Four bytes in one JSON object"],
  ],
  exitNotes: [
    "0 when what was asked for came; 124 when --timeout was first (what had come is printed). With " +
      "--timeout alone: 0 when anything came, 124 when nothing did.",
  ],
};

type Call = CommandCall<typeof OPTIONS>;

/** The command. */
export const receive: Command = defineCommand(SPEC, async (call) => {
  const { values, signal } = call;
  const path = call.positionals[0] ?? "";
  const until = delimiterOf(values.until);
  if (values.idle === 0) throw new UsageError("--idle cannot be 0", "give a time such as 200ms");
  const config = serialConfigOf(values);
  return withPort(path, { config, signal }, async (port) => {
    if (values.verbose === true) {
      call.output.status({ event: "opened", message: `opened ${path}`, path });
    }
    const sink = createSink(call);
    const deadline = startDeadline(values.timeout, signal);
    try {
      const { count, idle: idleMs } = values;
      const onBytes = (bytes: Uint8Array): Promise<void> => sink.take(bytes);
      const end = await collect(port, { until, count, idleMs, onBytes, signal: deadline.signal });
      await printReport(call, sink, end);
    } catch (error) {
      const isTimeout = deadline.isReason(error);
      await printReport(call, sink, isTimeout ? "timeout" : "failed");
      if (!(isTimeout && isEnough(call, sink))) throw isTimeout ? notInTime(call) : error;
    } finally {
      deadline.clear();
    }
    return EXIT_OK;
  });
});

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
