// Errors of anyserial with the texts of node-serialport, which users match: the system's words, and the words around
// them. Code, number and hint come along. Pure.

import { BindingsError } from "./errors.cts";
import type { Platform } from "./settings.cts";

/** A failed call of a binding. */
export type Call = "open" | "read" | "write" | "set" | "get" | "flush" | "drain" | "baudRate";

/** The part of a `SerialError` that matters here. */
interface Failure extends Error {
  readonly code?: string;
  readonly errno?: number | undefined;
  readonly winerror?: number | undefined;
  readonly syscall?: string | undefined;
  readonly path?: string | undefined;
  readonly hint?: string | undefined;
}

/** strerror(3) of glibc. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EAGAIN: "Resource temporarily unavailable",
  EBADF: "Bad file descriptor",
  EBUSY: "Device or resource busy",
  EINVAL: "Invalid argument",
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EMFILE: "Too many open files",
  ENAMETOOLONG: "File name too long",
  ENFILE: "Too many open files in system",
  ENODEV: "No such device",
  ENOENT: "No such file or directory",
  ENOTDIR: "Not a directory",
  ENOTTY: "Inappropriate ioctl for device",
  ENXIO: "No such device or address",
  EOPNOTSUPP: "Operation not supported",
  EPERM: "Operation not permitted",
  EROFS: "Read-only file system",
};
/** Where strerror(3) of macOS has other words. */
const DARWIN_WORDS: Readonly<Record<string, string>> = {
  EBUSY: "Resource busy",
  ENODEV: "Operation not supported by device",
  ENXIO: "Device not configured",
};
const WINDOWS_WORDS: Readonly<Record<number, string>> = {
  2: "File not found",
  5: "Access denied",
  6: "Invalid handle",
  87: "The parameter is incorrect",
  995: "Operation aborted",
};
const WINDOWS_CALLS: Readonly<Record<Exclude<Call, "open">, string>> = {
  read: "Reading from COM port (ReadFile)",
  write: "Writing to COM port (WriteFile)",
  set: "Setting options on COM port (EscapeCommFunction)",
  get: "Getting control settings on COM port (GetCommModemStatus)",
  flush: "Flushing connection (PurgeComm)",
  drain: "Draining connection (FlushFileBuffers)",
  baudRate: "Update (SetCommState)",
};

/**
 * The text of node-serialport for a port that is held. Its lock lets other openers as far as flock(2); ours,
 * TIOCEXCL, stops those of an ordinary user at open(2).
 */
const CANNOT_LOCK = "Error Resource temporarily unavailable Cannot lock port";

/** What failed, for the text. */
export interface Context {
  readonly call: Call;
  readonly path: string;
  readonly baudRate: number;
  readonly platform: Platform;
}

/**
 * Translates a failure.
 *
 * @param error A `SerialError`; anything else is returned as it is.
 * @param context What failed.
 * @returns An error with the text of node-serialport.
 */
export function translated(error: unknown, context: Context): unknown {
  if (!(error instanceof Error) || (error as Failure).code === undefined) return error;
  const failure = error as Failure;
  const text = textOf(failure, context);
  return withDetails(new BindingsError(text ?? failure.message), failure);
}

/** A setting that the platform lacks or the driver refused, which node-serialport refuses as well. */
export function refused(setting: string, error: Failure, options: Refused): Error | undefined {
  const { baudRate, parity, stopBits } = options;
  if (setting === "baudRate" && error.code !== "ERR_SERIAL_SETTING_CHANGED") {
    const text = `Error baud rate of ${baudRate} is not supported on your platform`;
    return withDetails(new BindingsError(text), error);
  }
  if (setting === "markSpaceParity" || setting === "parity") {
    const text = `Invalid parity setting ${parity === "mark" ? 2 : parity === "space" ? 5 : parity}`;
    return withDetails(new BindingsError(text), error);
  }
  if (setting !== "onePointFiveStopBits") return undefined;
  return withDetails(new BindingsError(`Invalid stop bits setting ${stopBits}`), error);
}

/** Options that a driver may refuse. */
interface Refused {
  readonly baudRate: number;
  readonly parity?: string | undefined;
  readonly stopBits?: number | undefined;
}

function withDetails(made: BindingsError, failure: Failure): BindingsError {
  const { code, errno, hint, path, syscall } = failure;
  const details = { code, errno, hint, path, syscall };
  for (const [name, value] of Object.entries(details)) {
    if (value !== undefined) Object.assign(made, { [name]: value });
  }
  Object.defineProperty(made, "cause", { value: failure, configurable: true, writable: true });
  return made;
}

/** `undefined` for a failure that the system has no word for, such as one of a remote port. */
function textOf(failure: Failure, context: Context): string | undefined {
  if (context.platform === "win32") return windowsText(failure, context);
  const { code = "", syscall } = failure;
  const words = (context.platform === "darwin" ? DARWIN_WORDS[code] : undefined) ?? WORDS[code];
  const { baudRate, call, path } = context;
  if (code === "ERR_SERIAL_DISCONNECTED")
    return `${call === "read" || call === "write" ? ioText("EIO", call) : `Error: No such device, cannot ${call}`}: ${failure.message}`;
  if (words === undefined) return undefined;
  switch (call) {
    case "open":
      if (syscall === "flock") return `Error ${words} Cannot lock port`;
      if (code === "EBUSY") return `Error: ${words}, cannot open ${path}. ${CANNOT_LOCK}`;
      if (code === "ENOTTY") return `Error: ${words} setting custom baud rate of ${baudRate}`;
      return `Error: ${words}, cannot open ${path}`;
    case "baudRate":
      return `Error: ${words}, cannot set baud rate of ${baudRate}`;
    case "read":
    case "write":
      return `${ioText(code, call)}: ${failure.message}`;
    default:
      return `Error: ${words}, cannot ${call}`;
  }
}

/** Node's text for a failed fs.read() or fs.write(). */
function ioText(code: string, call: "read" | "write"): string {
  const words = {
    EIO: "i/o error",
    ENXIO: "no such device or address",
    EBADF: "bad file descriptor",
  };
  return `${code}: ${words[code as keyof typeof words] ?? WORDS[code]?.toLowerCase() ?? "error"}, ${call}`;
}

function windowsText({ winerror }: Failure, { call, path }: Context): string | undefined {
  if (winerror === undefined) return undefined;
  const words = WINDOWS_WORDS[winerror] ?? `Unknown error code ${winerror}`;
  return `${call === "open" ? `Opening ${path}` : WINDOWS_CALLS[call]}: ${words}`;
}
