// `anyserial request`: sends a message and prints the answer, for scripts.

import type { SerialPort } from "anyserial";
import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_OK } from "../command/exit-codes.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import {
  type CommandFraming,
  FRAMING_HELP,
  FRAMING_OPTION,
  parseFraming,
} from "../options/framing.ts";
import { RECEIVE_OPTIONS } from "../options/receive-options.ts";
import { SERIAL_OPTIONS, serialConfigOf } from "../options/serial-options.ts";
import { TLS_OPTIONS, tlsOf } from "../options/tls-options.ts";
import { UsageError } from "../options/usage-error.ts";
import { messageReport } from "../terminal/message-sink.ts";
import type { Eol } from "../text/eol.ts";
import { messageLine, messageText } from "../text/message-text.ts";
import { type Deadline, startDeadline } from "../transfer/deadline.ts";
import { withPort } from "../transfer/open-port.ts";
import { parseWords } from "../transfer/send-data.ts";
import { WaitError } from "../transfer/wait-error.ts";

/** A script must not wait for ever for a device that is off. */
const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_RETRY_AFTER_MS = 1000;

const OPTIONS = {
  framing: { ...FRAMING_OPTION, help: "How messages are found and sent (default lines)" },
  eol: {
    kind: "choice",
    choices: ["cr", "lf", "crlf"],
    help: "End of the line that is sent (default lf)",
  },
  hex: { kind: "flag", help: "DATA is bytes in hexadecimal, and so is the printed answer" },
  escapes: { kind: "flag", short: "e", help: "Understand \\n, \\r, \\t, \\0, \\e, \\xHH in DATA" },
  accept: {
    kind: "text",
    value: "REGEX",
    help: "Only a message that matches is an answer; bytes are matched as printed, in hexadecimal",
  },
  last: {
    kind: "text",
    value: "REGEX",
    help: "The answer has several messages, up to one that matches",
  },
  timeout: { ...RECEIVE_OPTIONS.timeout, help: "Give up after TIME (default 5s)" },
  retries: {
    kind: "integer",
    value: "N",
    minimum: 0,
    help: "Send again, N times at most (default 0)",
  },
  "retry-after": {
    kind: "duration",
    value: "TIME",
    help: "With --retries: send again after TIME without an answer (default 1s)",
  },
  verbose: { kind: "flag", short: "v", help: "Print other messages on standard error" },
  raw: {
    kind: "flag",
    help: "Print an answer of bytes as it is, and let control characters through",
  },
  ...COMMON_OPTIONS,
  ...SERIAL_OPTIONS,
  ...TLS_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "request",
  summary: "Send a message and print the answer",
  description: [
    "Sends DATA (several are joined by a blank) as one message, waits for the answer, and prints it: a " +
      "message on a line. Messages that came before are not answers.",
  ],
  positionals: { text: "PATH DATA…", minimum: 2, maximum: Number.POSITIVE_INFINITY },
  options: OPTIONS,
  sections: [{ title: "Framings", lines: FRAMING_HELP }],
  examples: [
    ["anyserial request /dev/ttyUSB0 '*IDN?'", "Ask an instrument"],
    [
      "anyserial request /dev/ttyUSB2 AT+CSQ --eol cr --last '^(OK|ERROR)$'",
      "All lines of a modem's answer",
    ],
    [
      "anyserial request /dev/ttyUSB0 --framing idle-gap,checksum=crc16modbus --hex 01 03 00 01",
      "A message with a checksum, in hexadecimal",
    ],
  ],
  exitNotes: [
    "0 when the answer came; 124 at --timeout; 12 when the answer was not a valid message.",
  ],
};

type Call = CommandCall<typeof OPTIONS>;

export const request: Command = defineCommand(SPEC, async (call) => {
  const { values, positionals, signal } = call;
  const question = questionOf(call);
  const config = serialConfigOf(values);
  const deadline = startDeadline(values.timeout ?? DEFAULT_TIMEOUT_MS, signal);
  try {
    return await withPort(
      positionals[0] ?? "",
      { config, tls: tlsOf(values), signal },
      async (port) => {
        await print(call, await ask(port, { call, question, deadline }));
        return EXIT_OK;
      },
    );
  } catch (error) {
    if (deadline.isReason(error)) throw notInTime(call, values.timeout ?? DEFAULT_TIMEOUT_MS);
    const isLastTime = error instanceof DOMException && error.name === "TimeoutError";
    throw isLastTime ? notInTime(call, values["retry-after"] ?? DEFAULT_RETRY_AFTER_MS) : error;
  } finally {
    deadline.clear();
  }
});

interface Question {
  readonly framing: CommandFraming;
  readonly data: Uint8Array;
  readonly accept: Matcher | undefined;
  readonly last: Matcher | undefined;
}

type Message = string | Uint8Array;
type Matcher = (message: Message) => boolean;

function questionOf({ values, positionals }: Call): Question {
  const { hex = false, escapes = false } = values;
  const data = parseWords(positionals.slice(1), { command: "request", hex, escapes });
  const framing = parseFraming(withEol(values.framing ?? "lines", values.eol));
  if (values["retry-after"] !== undefined && values.retries === undefined) {
    throw new UsageError("request: --retry-after needs --retries", "write --retries 2, too");
  }
  const accept = matcherOf("--accept", values.accept, hex);
  const last = matcherOf("--last", values.last, hex);
  framing.isText ? framing.framing.encode(textOf(data)) : framing.framing.encode(data); // before it opens
  return { framing, data, accept, last };
}

function withEol(framing: string, eol: Exclude<Eol, "none"> | undefined): string {
  if (eol === undefined) return framing;
  if (/^lines?\b/.test(framing)) return `${framing},send-ending=${eol}`;
  throw new UsageError(`request: --eol has no effect on --framing "${framing}"`, "leave it out");
}

function matcherOf(option: string, given: string | undefined, hex: boolean): Matcher | undefined {
  if (given === undefined) return undefined;
  try {
    const expression = new RegExp(given);
    return (message) => expression.test(messageText(message, hex));
  } catch (error) {
    const hint = "write a regular expression of JavaScript; a dot is written \\.";
    throw new UsageError(`${option} cannot be "${given}": ${(error as Error).message}`, hint);
  }
}

interface Work {
  readonly call: Call;
  readonly question: Question;
  readonly deadline: Deadline;
}

/** Returns the messages of the answer. */
async function ask(port: SerialPort, { call, question, deadline }: Work): Promise<Message[]> {
  const { framing, data, accept, last } = question;
  const { retries, verbose = false, "retry-after": retryAfterMs } = call.values;
  const options = {
    accept,
    retries,
    retryAfterMs: retryAfterMs ?? (retries === undefined ? undefined : DEFAULT_RETRY_AFTER_MS),
    signal: deadline.signal,
  };
  const framed = port.framed<Message>(framing.framing);
  const message = framing.isText ? textOf(data) : data;
  const stop = verbose ? framed.on("unsolicited", (other) => printOther(call, other)) : undefined;
  try {
    if (last === undefined) return [await framed.request(message, options)];
    return await framed.requestAll(message, { ...options, until: last });
  } finally {
    stop?.();
  }
}

function printOther({ output, values }: Call, message: Message): void {
  const text = messageText(message, values.hex ?? false);
  output.status({ event: "message", message: `other message: ${text}`, ...messageReport(message) });
}

async function print(
  { output, stdout, positionals, values }: Call,
  answer: Message[],
): Promise<void> {
  const { raw = false, hex = false } = values;
  if (output.isJson) {
    await output.json({ path: positionals[0], answer: answer.map(messageReport) });
    return;
  }
  const safe = stdout.isTTY === true && !raw;
  for (const message of answer) {
    const isPlain = raw && !hex && typeof message !== "string";
    const line = messageLine(message, new Date(), { hex, safe, timestamps: false });
    await output.bytes(isPlain ? message : line);
  }
}

function textOf(data: Uint8Array): string {
  return Buffer.from(data).toString();
}

function notInTime({ positionals }: Call, timeoutMs: number): WaitError {
  return new WaitError("Cannot receive the answer of", {
    path: positionals[0] ?? "",
    timeoutMs,
    hint: "check rate, framing, --framing and --eol, or give a longer --timeout or --retry-after",
  });
}
