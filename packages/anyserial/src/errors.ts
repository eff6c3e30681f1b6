// The error classes of the library. What they carry is documented on SerialError; which system
// code becomes which class is decided in posix/errno.ts and windows/win-error.ts, nowhere else.

import { hintFor, topicFor } from "./hints.ts";

const PAGE = "docs/troubleshooting.md#";
const BRAND = Symbol.for("anyserial.SerialError");

/** Where and why an operation failed; every field ends up on the {@link SerialError}. */
export interface SerialErrorDetails {
  /** Node's spelling of a system error (`ENOENT`) or a stable `ERR_SERIAL_…` code. */
  readonly code?: string;
  /** Path or address of the port. */
  readonly path?: string | undefined;
  /** What the caller asked for: `open`, `configure`, `receive`, … */
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
 * Misuse throws {@link ConfigurationError}; a canceled operation rejects with the signal's own
 * reason, which is not a `SerialError`.
 */
export class SerialError extends Error {
  static {
    nameOnPrototype(SerialError, "SerialError");
  }
  /** Stable code: Node's spelling of the system error, or `ERR_SERIAL_…`. */
  readonly code: string;
  /** Path or address of the port, where one is involved. */
  readonly path: string | undefined;
  /** What the caller asked for: `open`, `configure`, `receive`, … */
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
   * @param details What is known about the failure.
   */
  constructor(message: string, details: SerialErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    Object.defineProperty(this, BRAND, { value: true });
    this.topic = topicFor(this.name);
    this.code = details.code ?? "ERR_SERIAL";
    this.path = details.path;
    this.operation = details.operation;
    this.errno = details.errno;
    this.syscall = details.syscall;
    this.winerror = details.winerror;
    this.bytesWritten = details.bytesWritten;
    this.hint = withPage(details.hint ?? hintFor(this.name, this.code, details), this.topic);
  }
}

/** An option or argument is invalid on every platform; thrown before any system call. */
export class ConfigurationError extends SerialError {
  static {
    nameOnPrototype(ConfigurationError, "ConfigurationError");
  }
}

/** There is no serial port at the path (ENOENT, ENODEV, ENXIO; not a terminal; Win32 2, 3). */
export class PortNotFoundError extends SerialError {
  static {
    nameOnPrototype(PortNotFoundError, "PortNotFoundError");
  }
}

/** The process may not open the port, or may not change a setting of it (EACCES, EPERM). */
export class PortPermissionError extends SerialError {
  static {
    nameOnPrototype(PortPermissionError, "PortPermissionError");
  }
}

/** Somebody else holds the port (EBUSY, a lock; Win32 5, 32). */
export class PortBusyError extends SerialError {
  static {
    nameOnPrototype(PortBusyError, "PortBusyError");
  }
}

/** The platform, driver or device lacks an optional feature. */
export class UnsupportedFeatureError extends SerialError {
  static {
    nameOnPrototype(UnsupportedFeatureError, "UnsupportedFeatureError");
  }
}

/** The driver rejects a setting, or silently takes another one. */
export class UnsupportedConfigurationError extends SerialError {
  static {
    nameOnPrototype(UnsupportedConfigurationError, "UnsupportedConfigurationError");
  }
}

/** No backend for this operating system, CPU or JavaScript runtime. */
export class UnsupportedPlatformError extends SerialError {
  static {
    nameOnPrototype(UnsupportedPlatformError, "UnsupportedPlatformError");
  }
}

/** The port was closed before the call, or while it was waiting. */
export class SerialClosedError extends SerialError {
  static {
    nameOnPrototype(SerialClosedError, "SerialClosedError");
  }
}

/** The device went away: unplugged, hung up, or its driver detached. */
export class SerialDisconnectedError extends SerialError {
  static {
    nameOnPrototype(SerialDisconnectedError, "SerialDisconnectedError");
  }
}

/** A second concurrent reader, or a second concurrent writer, on one port. */
export class SerialBusyError extends SerialError {
  static {
    nameOnPrototype(SerialBusyError, "SerialBusyError");
  }
}

/**
 * Tells whether a value is an error of this library, also when two copies of the package are
 * loaded and `instanceof` fails.
 *
 * @param value Anything.
 * @returns `true` for a {@link SerialError} of any copy.
 */
export function isSerialError(value: unknown): value is SerialError {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** An error that is made anew of another one has the page in its hint already. */
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
  inspect: "look at",
};

/**
 * Words an operation for a message.
 *
 * @param operation What the caller asked for.
 * @returns What goes between "Cannot" and "port".
 */
export function actionOf(operation: string): string {
  return ACTIONS[operation] ?? operation;
}

function nameOnPrototype(Class: { readonly prototype: object }, name: string): void {
  Object.defineProperty(Class.prototype, "name", {
    value: name,
    configurable: true,
    writable: true,
  });
}
