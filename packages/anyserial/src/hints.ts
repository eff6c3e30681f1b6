// One sentence per failure that says what to do next: the text on `error.hint` and in the doctor.
// Pure; a new row needs no other change.

interface HintContext {
  readonly path?: string | undefined;
  readonly operation?: string | undefined;
}

type Hint = (context: HintContext) => string;

const portOf = (context: HintContext): string => context.path ?? "the port";

const BY_CODE: Readonly<Record<string, Hint>> = {
  "PortNotFoundError ENOTTY": (c) =>
    `${portOf(c)} is a file but not a terminal device: check the path`,
  "PortNotFoundError EISDIR": (c) => `${portOf(c)} is a folder: name the device node itself`,
  "SerialError EMFILE": () =>
    "close what is no longer used, or raise the limit of open files (ulimit -n)",
  "PortPermissionError EACCES": (c) =>
    `add your user to the group that owns ${portOf(c)} (often "dialout" or "uucp": sudo usermod -aG dialout "$USER"), then log out and in again`,
};

const BY_CLASS: Readonly<Record<string, Hint>> = {
  PortNotFoundError: (c) =>
    `check that the device is plugged in and that ${portOf(c)} is spelled right`,
  PortPermissionError: (c) => `run as a user that may read and write ${portOf(c)}`,
  PortBusyError: (c) => `close the program that holds ${portOf(c)}, or open it without exclusive`,
  UnsupportedFeatureError: () =>
    "leave the option out, or set unsupportedPolicy to warn or ignore to go on without it",
  UnsupportedConfigurationError: () =>
    "choose a value that the driver accepts, or set unsupportedPolicy to warn or ignore to keep what it chose",
  SerialClosedError: () => "open the port again: a closed port is never reopened in place",
  SerialDisconnectedError: () =>
    "plug the device in again and open it anew, or let serialSessions() do both",
  SerialBusyError: () => "keep one reader and one writer per port, or await the first call",
};

const TOPICS: Readonly<Record<string, string>> = {
  PortNotFoundError: "not-found",
  PortPermissionError: "permission",
  PortBusyError: "busy",
  UnsupportedFeatureError: "capabilities",
  UnsupportedConfigurationError: "custom-baud",
  SerialDisconnectedError: "disconnected",
  SerialBusyError: "concurrent-readers",
};

/**
 * Finds the topic of an error: its section of docs/troubleshooting.md, and the check of
 * `anyserial doctor` that looks into it.
 *
 * @param name Class of the error.
 * @returns An id such as `busy`, or `undefined`.
 */
export function topicFor(name: string): string | undefined {
  return TOPICS[name];
}

/**
 * Finds the hint for an error.
 *
 * @param name Class of the error.
 * @param code Its code.
 * @param context Path and operation to name in the sentence.
 * @returns A sentence without a full stop, or `undefined` where there is nothing useful to say.
 */
export function hintFor(name: string, code: string, context: HintContext): string | undefined {
  return (BY_CODE[`${name} ${code}`] ?? BY_CLASS[name])?.(context);
}
