// `anyserial send`: sends bytes, waits until they are out, and with --until prints the reply.

import { SendAbortedError, type SerialPort } from "anyserial";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_OK } from "../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { FRAMING_HELP, FRAMING_OPTION, framingOf } from "../options/framing.ts";
import { delimiterOf, RECEIVE_OPTIONS } from "../options/receive-options.ts";
import { SERIAL_OPTIONS, serialConfigOf } from "../options/serial-options.ts";
import { TLS_OPTIONS, tlsOf } from "../options/tls-options.ts";
import { UsageError } from "../options/usage-error.ts";
import { ReceivedSink } from "../terminal/received-sink.ts";
import { EOL_OPTION } from "../text/eol.ts";
import { collect } from "../transfer/collect.ts";
import { type Deadline, startDeadline } from "../transfer/deadline.ts";
import { withPort } from "../transfer/open-port.ts";
import { openData } from "../transfer/send-data.ts";
import { encodeMessages } from "../transfer/send-messages.ts";
import { WaitError } from "../transfer/wait-error.ts";

const OPTIONS = {
  file: { kind: "text", value: "FILE", help: "Send a file instead of DATA" },
  hex: { kind: "flag", help: "DATA is bytes in hexadecimal: 01 03 00ff" },
  escapes: { kind: "flag", short: "e", help: "Understand \\n, \\r, \\t, \\0, \\e, \\xHH in DATA" },
  eol: { ...EOL_OPTION, help: "End of line to add at the end (default none)" },
  framing: {
    ...FRAMING_OPTION,
    help: "DATA is a message, or a message on each line where the framing is of text",
  },
  ...RECEIVE_OPTIONS,
  until: { ...RECEIVE_OPTIONS.until, help: "Then print the reply, up to and including TEXT" },
  ...COMMON_OPTIONS,
  ...SERIAL_OPTIONS,
  ...TLS_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "send",
  summary: "Send bytes and end; with --until, print the reply",
  description: [
    "Sends DATA (several are joined by a blank), --file, or standard input when there is neither, " +
      "exactly as given, and ends when the last bit has left the port.",
    "A reply can only be caught by --until: opening a port discards bytes received before, so " +
      "a receive started afterwards comes too late.",
    "With --framing, DATA is sent with what the framing adds: a line end, a length, a checksum. anyserial " +
      "request also waits for the answer.",
  ],
  positionals: { text: "PATH [DATA…]", minimum: 1, maximum: Number.POSITIVE_INFINITY },
  options: OPTIONS,
  examples: [
    [
      "anyserial send /dev/ttyUSB0 '*IDN?' --eol lf --until '\\n' --timeout 2s",
      "Ask, and print the reply",
    ],
    ["anyserial send /dev/ttyUSB0 --hex 01 03 00 00 00 02 c4 0b", "Eight bytes"],
    ["anyserial send /dev/ttyUSB0 --file job.gcode --flow xonxoff", "A file"],
    ["printf 'G28\\n' | anyserial send /dev/ttyACM0", "Send the output of another program"],
    [
      "anyserial send /dev/ttyUSB0 --framing slip,checksum=crc16ccitt --file parameters.bin",
      "A file as one message, with a checksum",
    ],
  ],
  sections: [{ title: "Framings", lines: FRAMING_HELP }],
  exitNotes: ["0 when every byte is out and, with --until, the reply came; 124 at --timeout."],
};

type Call = CommandCall<typeof OPTIONS>;

export const send: Command = defineCommand(SPEC, async (call) => {
  const deadline = startDeadline(call.values.timeout, call.signal);
  try {
    await sendAndReceive({ call, deadline });
    return EXIT_OK;
  } finally {
    deadline.clear();
  }
});

interface Work {
  readonly call: Call;
  readonly deadline: Deadline;
}

async function sendAndReceive(work: Work): Promise<void> {
  const { values, positionals, stdin, signal } = work.call;
  const until = delimiterOf(values.until);
  const framing = framingOf(values);
  if (framing !== undefined) refuseBytesOptions(values);
  const bytes = await openData({
    words: positionals.slice(1),
    file: values.file,
    hex: values.hex ?? false,
    escapes: values.escapes ?? false,
    eol: values.eol,
    stdin,
    signal: work.deadline.signal,
  });
  const data = framing === undefined ? bytes : encodeMessages(bytes, framing);
  const config = serialConfigOf(values);
  await withPort(positionals[0] ?? "", { config, tls: tlsOf(values), signal }, async (port) => {
    const bytesSent = await sendAll(port, data, work);
    if (until === undefined) await printResult(work.call, { bytesSent });
    else await printReply(port, { ...work, until, bytesSent });
  });
}

/** A framing adds the end of a message, and finds the end of an answer. */
function refuseBytesOptions({ eol, until }: Call["values"]): void {
  if (eol !== undefined) {
    throw new UsageError("send: both --eol and --framing are given", "write --framing lines:crlf");
  }
  if (until === undefined) return;
  throw new UsageError(
    "send: both --until and --framing are given",
    "anyserial request waits for an answer",
  );
}

async function sendAll(
  port: SerialPort,
  data: AsyncIterable<Uint8Array>,
  { call, deadline }: Work,
): Promise<number> {
  const { signal } = deadline;
  let bytesSent = 0;
  try {
    for await (const chunk of data) {
      await port.send(chunk, { signal });
      bytesSent += chunk.length;
    }
    signal.throwIfAborted(); // standard input ends without an error then
    await port.drainExact({ signal });
    return bytesSent;
  } catch (error) {
    const isSend = error instanceof SendAbortedError;
    const reason = isSend ? error.cause : error;
    if (!deadline.isReason(reason)) throw reason;
    const bytesWritten = isSend ? error.bytesWritten : 0; // of the last chunk
    const hint = `${bytesSent + bytesWritten} bytes were taken; check flow control, or give a longer --timeout`;
    throw notInTime("Cannot send to", call, hint);
  }
}

async function printReply(
  port: SerialPort,
  { call, deadline, until, bytesSent }: Work & { until: Uint8Array; bytesSent: number },
): Promise<void> {
  const { stdout, signal, values, output } = call;
  const json = output.isJson;
  const sink = new ReceivedSink({ stdout, signal, json, hex: false, raw: values.raw ?? false });
  const onBytes = (bytes: Uint8Array): Promise<void> => sink.take(bytes);
  try {
    await collect(port, { until, onBytes, signal: deadline.signal });
    await printResult(call, { bytesSent, reply: sink.report() });
  } catch (error) {
    if (!deadline.isReason(error)) throw error;
    const got = json ? `got ${JSON.stringify(sink.report().text)}` : `got ${sink.bytes} bytes`;
    throw notInTime("Cannot receive the reply from", call, `${got}; check --until and --eol`);
  } finally {
    await sink.end();
  }
}

async function printResult({ output, positionals }: Call, result: object): Promise<void> {
  if (output.isJson) await output.json({ path: positionals[0], ...result });
}

function notInTime(what: string, { positionals, values }: Call, hint: string): WaitError {
  return new WaitError(what, {
    path: positionals[0] ?? "",
    timeoutMs: values.timeout ?? 0,
    hint,
  });
}
