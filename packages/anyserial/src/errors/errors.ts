// The error classes of the library. Their fields are documented on SerialError. Only posix/errno.ts
// and windows/win-error.ts decide which system code becomes which class.

import type { Bytes } from "../model/bytes.ts";
import { hintFor, topicFor } from "./hints.ts";

/** Where the page is for users: the package brings it along. */
const PAGE = "node_modules/anyserial/docs/troubleshooting.md#";

/** Where and why an operation failed; every field ends up on the {@link SerialError}. */
export interface SerialErrorDetails {
  /** Node's spelling of a system error (`ENOENT`) or a stable `ERR_SERIAL_…` code. */
  readonly code?: string;
  /** Path or address of the port. */
  readonly path?: string | undefined;
  /** The caller's operation: `open`, `configure`, `receive`, … */
  readonly operation?: string | undefined;
  /** The system's number for the error, positive. */
  readonly errno?: number | undefined;
  /** The system call that failed. */
  readonly syscall?: string | undefined;
  /** The Win32 error code. */
  readonly winerror?: number | undefined;
  /** What to do next; by default the sentence that belongs to the class and code. */
  readonly hint?: string | undefined;
  /** The error underneath. */
  readonly cause?: unknown;
  /** Bytes that the kernel had accepted when a `send` ended early. */
  readonly bytesWritten?: number | undefined;
}

/**
 * Base of every failure that this library reports about a port.
 *
 * Misuse throws {@link ConfigurationError}. A canceled operation rejects with the signal's own
 * reason, which is not a `SerialError`; a canceled `send` with {@link SendAbortedError}.
 */
export class SerialError extends Error {
  static {
    publishClass(SerialError, "SerialError");
  }
  /** Stable code: Node's spelling of the system error, or `ERR_SERIAL_…`. */
  readonly code: string;
  /** Path or address of the port, where one is involved. */
  readonly path: string | undefined;
  /** The caller's operation: `open`, `configure`, `receive`, … */
  readonly operation: string | undefined;
  /** The system's number for the error, positive; `undefined` when no system call failed. */
  readonly errno: number | undefined;
  /** The system call that failed. */
  readonly syscall: string | undefined;
  /** The Win32 error code; `undefined` on other systems. */
  readonly winerror: number | undefined;
  /** One sentence that says what to do next, with the section of the troubleshooting page. */
  readonly hint: string | undefined;
  /** Section of docs/troubleshooting.md, and check of `anyserial doctor`: `busy`, `not-found`, … */
  readonly topic: string | undefined;
  /** Bytes that the kernel had accepted when a `send` ended early; `undefined` elsewhere. */
  readonly bytesWritten: number | undefined;

  /**
   * @param message The action that failed, the subject in quotes, a colon, the state.
   * @param details Details of the failure.
   */
  constructor(message: string, details: SerialErrorDetails = {}) {
    super(oneLine(message), "cause" in details ? { cause: details.cause } : undefined);
    this.code = details.code ?? "ERR_SERIAL";
    this.topic = topicFor(this.name, this.code);
    this.path = details.path;
    this.operation = details.operation;
    this.errno = details.errno;
    this.syscall = details.syscall;
    this.winerror = details.winerror;
    this.bytesWritten = details.bytesWritten;
    const hint = details.hint ?? hintFor(this.name, this.code, details);
    this.hint = withPage(hint === undefined ? undefined : oneLine(hint), this.topic);
  }
}

/** An option or argument is invalid on every platform; thrown before any system call. */
export class ConfigurationError extends SerialError {
  static {
    publishClass(ConfigurationError, "ConfigurationError");
  }
}

/** There is no serial port at the path (ENOENT, ENODEV, ENXIO; not a terminal; Win32 2, 3). */
export class PortNotFoundError extends SerialError {
  static {
    publishClass(PortNotFoundError, "PortNotFoundError");
  }
}

/** The process may not open the port, or may not change a setting of it (EACCES, EPERM). */
export class PortPermissionError extends SerialError {
  static {
    publishClass(PortPermissionError, "PortPermissionError");
  }
}

/** Another program holds the port (EBUSY, a lock; Win32 5, 32). */
export class PortBusyError extends SerialError {
  static {
    publishClass(PortBusyError, "PortBusyError");
  }
}

/** The platform, driver or device lacks an optional feature. */
export class UnsupportedFeatureError extends SerialError {
  static {
    publishClass(UnsupportedFeatureError, "UnsupportedFeatureError");
  }
}

/** The driver rejects a setting, or silently takes another one. */
export class UnsupportedConfigurationError extends SerialError {
  static {
    publishClass(UnsupportedConfigurationError, "UnsupportedConfigurationError");
  }
}

/** No backend for this operating system, CPU or JavaScript runtime. */
export class UnsupportedPlatformError extends SerialError {
  static {
    publishClass(UnsupportedPlatformError, "UnsupportedPlatformError");
  }
}

/** The port was closed before the call, or while it was waiting. */
export class SerialClosedError extends SerialError {
  static {
    publishClass(SerialClosedError, "SerialClosedError");
  }
}

/** The device went away: unplugged, hung up, or its driver detached. */
export class SerialDisconnectedError extends SerialError {
  static {
    publishClass(SerialDisconnectedError, "SerialDisconnectedError");
  }
  /** From a framed port: bytes of a message that had begun, if one had; the framing's end is missing. */
  declare readonly incomplete?: Bytes;
}

/** Bytes that are no message of the framing: too long, malformed, cut off, or with a wrong checksum. */
export class FramingError extends SerialError {
  static {
    publishClass(FramingError, "FramingError");
  }
  /** The bytes as they came, delimiters included; the first of a message that is too long. */
  readonly bytes: Bytes;

  constructor(message: string, details: SerialErrorDetails & { readonly bytes?: Bytes } = {}) {
    super(message, details);
    this.bytes = details.bytes ?? new Uint8Array(0);
  }
}

/**
 * A `send` was canceled: `bytesWritten` of this one were accepted, `cause` is the reason of its signal.
 * Its `name` is `TimeoutError` where that of the reason is, else `AbortError`.
 *
 * Other calls reject with the reason itself. It is one object for all that one signal cancels, and
 * may be a text or `null`: it cannot hold the result of one send.
 */
export class SendAbortedError extends SerialError {
  static {
    publishClass(SendAbortedError, "SendAbortedError");
  }
  declare readonly bytesWritten: number;

  constructor(message: string, details: SerialErrorDetails = {}) {
    super(message, details);
    const isTimeout = details.cause instanceof Error && details.cause.name === "TimeoutError";
    const value = isTimeout ? "TimeoutError" : "AbortError";
    Object.defineProperty(this, "name", { value, configurable: true, writable: true });
  }
}

/** A second concurrent reader, or a second concurrent writer, on one port. */
export class SerialConcurrencyError extends SerialError {
  static {
    publishClass(SerialConcurrencyError, "SerialConcurrencyError");
  }
}

/**
 * Returns whether a value is an error of this library, of whichever copy of the package.
 *
 * @param value Anything.
 * @returns `true` for a {@link SerialError} of any copy.
 */
export function isSerialError(value: unknown): value is SerialError {
  return hasBrand(value, brandOf("SerialError"));
}

/** A path or a text of a device may have control characters in it: they are escaped as in JSON. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character ? `\\u${toHex(character)}` : escaped;
  });
}

function toHex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, "0");
}

/** An error that is made from another one has the page in its hint already. */
function withPage(hint: string | undefined, topic: string | undefined): string | undefined {
  if (hint === undefined || topic === undefined || hint.includes(PAGE)) return hint;
  return `${hint} (see ${PAGE}${topic})`;
}

const ACTIONS: Readonly<Record<string, string>> = {
  receive: "read from",
  send: "write to",
  sendBreak: "send a break on",
  discard: "discard the queues of",
  inputWaiting: "count the bytes received by",
  outputWaiting: "count the bytes queued on",
  modemLines: "read the modem lines of",
  modemLineChanges: "watch the modem lines of",
  setControlLines: "set the control lines of",
  lineErrors: "count the line errors of",
  inspect: "inspect",
};

/**
 * Names an operation in a message.
 *
 * @param operation The caller's operation.
 * @returns The text between "Cannot" and "port".
 */
export function actionOf(operation: string): string {
  return ACTIONS[operation] ?? operation;
}

/**
 * Builds the error of a device that is gone, where no system call of this operation found that out.
 *
 * @param path Port to name.
 * @param operation The caller's operation.
 * @param cause The error that revealed it, if there is one.
 */
export function deviceGone(
  path: string,
  operation: string,
  cause?: SerialError,
): SerialDisconnectedError {
  const { code = "ERR_SERIAL_DISCONNECTED", errno, syscall, winerror } = cause ?? {};
  return new SerialDisconnectedError(
    `Cannot ${actionOf(operation)} port "${path}": the device is gone`,
    { code, path, operation, errno, syscall, winerror, ...(cause && { cause }) },
  );
}

/**
 * Names a class, and lets `instanceof` know its instances by a brand: a process may have loaded several
 * copies of this package, by a TypeScript runner, a bundler, or in two versions.
 *
 * @param Class Class of errors; its subclasses are recognized as usual, unless they do the same.
 * @param name Its name, and that of its brand.
 */
function publishClass(Class: { readonly prototype: object }, name: string): void {
  Object.defineProperty(Class.prototype, "name", {
    value: name,
    configurable: true,
    writable: true,
  });
  const brand = brandOf(name);
  Object.defineProperty(Class.prototype, brand, { value: true });
  Object.defineProperty(Class, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      return this === Class ? hasBrand(value, brand) : isOfClass(this, value);
    },
  });
}

function brandOf(name: string): symbol {
  return Symbol.for(`anyserial.${name}`);
}

function hasBrand(value: unknown, brand: symbol): boolean {
  return typeof value === "object" && value !== null && brand in value;
}

/** `instanceof` as it is for other classes. */
function isOfClass(Class: unknown, value: unknown): boolean {
  return Function.prototype[Symbol.hasInstance].call(Class, value) as boolean;
}
