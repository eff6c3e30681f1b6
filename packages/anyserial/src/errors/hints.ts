// One sentence per failure that says what to do next: the text on `error.hint` and in the doctor.
// Pure; a new row needs no other change.

import { spellingHint } from "./spelling.ts";

interface HintContext {
  readonly path?: string | undefined;
  /** Set where Windows answered. */
  readonly winerror?: number | undefined;
  readonly operation?: string | undefined;
}

type Hint = (context: HintContext) => string;

const portOf = (context: HintContext): string => context.path ?? "the port";

const notFound: Hint = ({ path = "the port", winerror }) =>
  spellingHint(path, winerror !== undefined) ??
  `check that the device is plugged in and that ${path} is spelled right`;

const BY_CODE: Readonly<Record<string, Hint>> = {
  "PortNotFoundError ENOTTY": (c) =>
    `${portOf(c)} is a file but not a terminal device: check the path`,
  "PortNotFoundError EISDIR": (c) => `${portOf(c)} is a folder: name the device node itself`,
  "SerialError EMFILE": () =>
    "close unused ports and files, or raise the limit of open files (ulimit -n)",
  "UnsupportedPlatformError ERR_SERIAL_KOFFI": () =>
    "install koffi with its optional dependencies (npm install without --omit=optional) for this system and CPU; in a bundle, keep koffi external and ship it in node_modules",
  "PortPermissionError EACCES": (c) =>
    `add your user to the group that owns ${portOf(c)} (often "dialout" or "uucp": sudo usermod -aG dialout "$USER"), then log out and in again`,
};

const BY_CLASS: Readonly<Record<string, Hint>> = {
  PortNotFoundError: notFound,
  PortPermissionError: (c) => `run as a user that may read and write ${portOf(c)}`,
  PortBusyError: (c) => `close the program that holds ${portOf(c)}, or open it without exclusive`,
  UnsupportedFeatureError: () =>
    "leave the option out, or set unsupportedPolicy to warn or ignore to continue without it",
  UnsupportedConfigurationError: () =>
    "choose a value that the driver accepts, or set unsupportedPolicy to warn or ignore to keep the driver's value",
  SerialClosedError: () => "open the port again: a closed port is never reopened in place",
  SerialDisconnectedError: () =>
    "plug the device in again and reopen the port, or let serialSessions() do both",
  SerialConcurrencyError: () => "keep one reader and one writer per port, or await the first call",
};

const TOPICS: Readonly<Record<string, string>> = {
  "UnsupportedPlatformError ERR_SERIAL_KOFFI": "koffi",
  PortNotFoundError: "not-found",
  PortPermissionError: "permission",
  PortBusyError: "busy",
  UnsupportedFeatureError: "capabilities",
  UnsupportedConfigurationError: "custom-baud",
  SerialDisconnectedError: "disconnected",
  SerialConcurrencyError: "concurrent-readers",
  "SerialError ERR_SERIAL_INOTIFY": "watch-limit",
  "SerialError ERR_SERIAL_WATCH": "watch-limit",
};

/**
 * Finds the topic of an error: its section of docs/troubleshooting.md, and the check of `anyserial
 * doctor` that examines it.
 *
 * @param name Class of the error.
 * @param code Its code.
 * @returns An id such as `busy`, or `undefined`.
 */
export function topicFor(name: string, code: string): string | undefined {
  return TOPICS[`${name} ${code}`] ?? TOPICS[name];
}

/**
 * Finds the hint for an error.
 *
 * @param name Class of the error.
 * @param code Its code.
 * @param context Path and operation to name in the sentence.
 * @returns A sentence without a full stop, or `undefined` where there is nothing useful to say.
 */
export function hintFor(name: string, code: string, context: HintContext = {}): string | undefined {
  return (BY_CODE[`${name} ${code}`] ?? BY_CLASS[name])?.(context);
}
