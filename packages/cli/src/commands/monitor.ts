// `anyserial monitor`: an interactive terminal for a port in the manner of tio and miniterm, which
// works in a pipe as well.

import { type Command, type CommandCall, defineCommand } from "../command/command.ts";
import { EXIT_OK } from "../command/exit-codes.ts";
import { Interrupted } from "../command/interruption.ts";
import { COMMON_OPTIONS, type CommandSpec } from "../options/args.ts";
import { FRAMING_HELP, FRAMING_OPTION, framingOf, NO_TIME_OPTION } from "../options/framing.ts";
import { SERIAL_OPTIONS, serialConfigOf } from "../options/serial-options.ts";
import { TLS_OPTIONS, tlsOf } from "../options/tls-options.ts";
import { describeError } from "../terminal/output.ts";
import { EOL_OPTION } from "../text/eol.ts";
import { Actions } from "./monitor/actions.ts";
import { converse } from "./monitor/conversation.ts";
import { Display } from "./monitor/display.ts";
import { Ending } from "./monitor/ending.ts";
import { Link } from "./monitor/link.ts";
import { LogFile } from "./monitor/log-file.ts";
import { menuLines } from "./monitor/menu.ts";
import { sendPipe } from "./monitor/pipe-input.ts";
import { openSessions } from "./monitor/sessions.ts";
import { TerminalInput } from "./monitor/terminal-input.ts";

/** After the last byte of a pipe was sent, answers are waited for this long, in milliseconds. */
const PIPE_IDLE_MS = 1000;

const OPTIONS = {
  hex: { kind: "flag", help: "Show a hex dump" },
  timestamps: { kind: "flag", short: "t", help: "Put the time of arrival in front of every line" },
  framing: {
    ...FRAMING_OPTION,
    help: "Show a message on a line, with its time; bytes are shown in hexadecimal",
  },
  "no-time": NO_TIME_OPTION,
  log: { kind: "text", value: "FILE", help: "Append the received bytes to FILE, unchanged" },
  eol: {
    ...EOL_OPTION,
    help: "Bytes that the Enter key sends (default cr); for a pipe, the replacement of its line ends (default: unchanged)",
  },
  echo: { kind: "flag", short: "e", help: "Show sent bytes" },
  raw: {
    kind: "flag",
    help: "Let control characters of the device through to the terminal: for consoles with colors",
  },
  wait: { kind: "flag", help: "Wait for the device at the start if it is not there" },
  "no-reconnect": { kind: "flag", help: "End when the device goes away" },
  timeout: { kind: "duration", value: "TIME", help: "End after TIME: 500ms, 10s, 1h" },
  idle: {
    kind: "duration",
    value: "TIME",
    help: "After the end of a pipe: end after TIME without an answer (default 1s)",
  },
  ...COMMON_OPTIONS,
  ...SERIAL_OPTIONS,
  ...TLS_OPTIONS,
} as const;

const SPEC: CommandSpec<typeof OPTIONS> = {
  name: "monitor",
  summary: "Talk to a port: an interactive terminal, also in a pipe",
  description: [
    "Shows received bytes and sends each typed key at once. When the device goes " +
      "away, waits until it is back. Control characters of the device are shown escaped, so that " +
      "it cannot take over the terminal.",
    "Into a pipe or a file, received bytes go unchanged, and all other output goes to standard " +
      "error. From a pipe or a file, all bytes are sent, then answers are received until none " +
      "comes for --idle. Empty input, such as /dev/null, means: only listen.",
  ],
  positionals: { text: "PATH", minimum: 1, maximum: 1 },
  options: OPTIONS,
  sections: [
    { title: "Framings", lines: FRAMING_HELP },
    { title: "Keys", lines: ["Ctrl-]         quit", ...menuLines()] },
  ],
  examples: [
    ["anyserial monitor /dev/ttyUSB0", "A terminal at 115200 8N1; Ctrl-] quits"],
    [
      "anyserial monitor /dev/ttyACM0 --baud 9600 --echo --eol crlf --timestamps",
      "For line protocols",
    ],
    ["echo '*IDN?' | anyserial monitor /dev/ttyUSB0", "Ask, print the answer, end"],
    ["anyserial monitor /dev/ttyUSB0 --hex --log trace.bin", "Show bytes in hex, and keep them"],
    [
      "anyserial monitor /dev/ttyUSB0 --baud 9600 --framing idle-gap,checksum=crc16modbus",
      "Follow Modbus RTU",
    ],
    ["anyserial monitor /dev/ttyUSB0 < /dev/null > capture.bin", "Only listen, until Ctrl-C"],
  ],
  exitNotes: [
    "0 at Ctrl-], at the end of a pipe, at --timeout, and when interrupted by SIGINT, SIGTERM or " +
      "SIGHUP; 9 when the device goes away and --no-reconnect is given.",
  ],
};

type Call = CommandCall<typeof OPTIONS>;

export const monitor: Command = defineCommand(SPEC, async (call) => {
  const ending = new Ending(call.signal);
  const display = createDisplay(call, ending.signal);
  try {
    return await run(call, ending, display);
  } catch (error) {
    const isInterrupted = error === call.signal.reason && error instanceof Interrupted;
    if (isInterrupted || ending.isReason(error)) return EXIT_OK;
    throw error;
  } finally {
    ending.clear();
    display.end();
  }
});

async function run(call: Call, ending: Ending, display: Display): Promise<never> {
  const { values } = call;
  const { signal } = ending;
  const log = values.log === undefined ? undefined : await openLog(values.log, display);
  const link = new Link(signal);
  const quit = (): void => ending.end();
  const actions = new Actions({ link, display, quit, signal }, values.echo ?? false);
  const reconnect = values["no-reconnect"] !== true;
  const wait = values.wait ?? false;
  const config = serialConfigOf(values);
  const path = call.positionals[0] ?? "";
  if (wait) display.status({ event: "waiting", message: `waiting for ${path}`, path });
  const stop = startInput(call, { actions, display, link, ending });
  try {
    ending.endAfter(values.timeout);
    const onReceived = (): void => ending.restartSilence();
    const sessions = openSessions(path, { config, tls: tlsOf(values), wait, reconnect, signal });
    const greeting = call.stdin.isTTY === true ? "; Ctrl-] quits, Ctrl-T ? lists the keys" : "";
    const parts = {
      actions,
      display,
      link,
      log,
      reconnect,
      greeting,
      onReceived,
      urgent: call.signal,
      signal,
    };
    return await converse(sessions, parts);
  } finally {
    stop();
    await log?.close();
  }
}

function createDisplay({ stdout, output, values }: Call, signal: AbortSignal): Display {
  const framing = framingOf(values);
  const isTimed = framing !== undefined && values["no-time"] !== true;
  return new Display({
    stdout,
    output,
    signal,
    hex: values.hex ?? false,
    timestamps: values.timestamps ?? isTimed,
    raw: values.raw ?? false,
    framing,
    color: process.env["NO_COLOR"] === undefined || process.env["NO_COLOR"] === "",
  });
}

function openLog(path: string, display: Display): Promise<LogFile> {
  return LogFile.open(path, (error) => {
    const message = `log ended: ${describeError(error).message}`;
    display.status({ event: "logFailed", message, path });
  });
}

interface InputParts {
  readonly actions: Actions;
  readonly display: Display;
  readonly link: Link;
  readonly ending: Ending;
}

/** Starts to read standard input; returns a function that restores the terminal. */
function startInput({ stdin, values }: Call, parts: InputParts): () => void {
  const { actions, display, link, ending } = parts;
  if (stdin.isTTY === true) {
    const onGone = (): void => ending.end();
    return new TerminalInput({ actions, display, link, eol: values.eol ?? "cr", onGone }).start(
      stdin,
    );
  }
  const onSent = (bytes: Uint8Array): void => {
    if (actions.isEchoing) display.echo(bytes);
  };
  const { signal } = ending;
  sendPipe(stdin, { link, eol: values.eol, onSent, signal }).then(
    (sentBytes) => {
      const idleMs = values.idle ?? (sentBytes > 0 ? PIPE_IDLE_MS : undefined);
      if (idleMs !== undefined) ending.endAfterSilence(idleMs);
    },
    (error: unknown) => ending.fail(error),
  );
  return () => undefined;
}
