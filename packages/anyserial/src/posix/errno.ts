// From (operation, errno) to an error class: the one table for POSIX systems.

import {
  actionOf,
  ConfigurationError,
  PortBusyError,
  PortNotFoundError,
  PortPermissionError,
  SerialClosedError,
  SerialDisconnectedError,
  SerialError,
  UnsupportedConfigurationError,
  UnsupportedFeatureError,
} from "../errors/errors.ts";

/** The operation that failed; decides the meaning of the same errno. */
export type ErrnoContext = "open" | "create" | "io" | "configure" | "feature";

type ErrorClass = new (
  message: string,
  details: ConstructorParameters<typeof SerialError>[1],
) => SerialError;

const GONE: Readonly<Record<string, ErrorClass>> = {
  EIO: SerialDisconnectedError,
  ENXIO: SerialDisconnectedError,
  ENODEV: SerialDisconnectedError,
  EPROTO: SerialDisconnectedError,
  ESHUTDOWN: SerialDisconnectedError,
  EBADF: SerialClosedError,
};

/** The table; an errno that is in no row becomes a plain SerialError with its code. */
export const ERRNO_CLASSES: Readonly<Record<ErrnoContext, Readonly<Record<string, ErrorClass>>>> = {
  open: {
    ENOENT: PortNotFoundError,
    ENODEV: PortNotFoundError,
    ENXIO: PortNotFoundError,
    ENOTDIR: PortNotFoundError,
    ELOOP: PortNotFoundError,
    ENAMETOOLONG: PortNotFoundError,
    ENOTTY: PortNotFoundError,
    EISDIR: PortNotFoundError,
    EINVAL: PortNotFoundError,
    EIO: PortNotFoundError,
    EACCES: PortPermissionError,
    EPERM: PortPermissionError,
    EROFS: PortPermissionError,
    EBUSY: PortBusyError,
    EAGAIN: PortBusyError,
  },
  create: {
    EACCES: PortPermissionError,
    EPERM: PortPermissionError,
    EROFS: PortPermissionError,
    EEXIST: PortBusyError,
    ENOENT: ConfigurationError,
    ENOTDIR: ConfigurationError,
    ENAMETOOLONG: ConfigurationError,
    ELOOP: ConfigurationError,
  },
  io: GONE,
  configure: {
    ...GONE,
    EINVAL: UnsupportedConfigurationError,
    EDEVERR: UnsupportedConfigurationError,
    EOPNOTSUPP: UnsupportedConfigurationError,
    ENOTSUP: UnsupportedConfigurationError,
    ENOTTY: UnsupportedConfigurationError,
    EACCES: PortPermissionError,
    EPERM: PortPermissionError,
    EBUSY: PortBusyError,
    EAGAIN: PortBusyError,
  },
  feature: {
    ...GONE,
    ENOTTY: UnsupportedFeatureError,
    EOPNOTSUPP: UnsupportedFeatureError,
    ENOTSUP: UnsupportedFeatureError,
    EINVAL: UnsupportedFeatureError,
    ENOSYS: UnsupportedFeatureError,
    EACCES: PortPermissionError,
    EPERM: PortPermissionError,
  },
};

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  EPERM: "operation not permitted",
  ENOENT: "no such file or directory",
  EIO: "input/output error",
  ENXIO: "no such device or address",
  EBADF: "bad file descriptor",
  EAGAIN: "locked",
  ENOMEM: "out of memory",
  EACCES: "permission denied",
  EBUSY: "device or resource busy",
  EEXIST: "the path is in use",
  ENODEV: "no such device",
  ENOTDIR: "part of the path is not a directory",
  EISDIR: "is a directory",
  EINVAL: "the driver refuses the value",
  ENFILE: "too many open files in the system",
  EMFILE: "too many open files in this process",
  ENOTTY: "not supported by this device",
  EROFS: "read-only file system",
  ENOSPC: "no space left on the device",
  EDQUOT: "disk quota exceeded",
  EPIPE: "broken pipe",
  ENAMETOOLONG: "name too long",
  ELOOP: "too many symbolic links",
  EOPNOTSUPP: "not supported by the driver",
  EDEVERR: "the driver refuses the value",
  ENOTSUP: "not supported by the driver",
};

export interface FailedCall {
  readonly context: ErrnoContext;
  /** The caller's operation, as a verb: `open`, `configure`, `receive`, … */
  readonly operation: string;
  readonly path: string;
  readonly syscall: string;
  /** Positive error number. */
  readonly errno: number;
  /** Names of the platform's error numbers. */
  readonly errnoByName: Readonly<Record<string, number>>;
  /** What to say instead of the general hint. */
  readonly hint?: string | undefined;
}

/**
 * Names an error number.
 *
 * @param errno Positive number.
 * @param errnoByName The platform's table.
 * @returns `ENOENT` and so on, or `E<number>` for one that the table lacks.
 */
export function errnoName(errno: number, errnoByName: Readonly<Record<string, number>>): string {
  for (const [name, number] of Object.entries(errnoByName)) if (number === errno) return name;
  return `E${errno}`;
}

/**
 * Turns a failed call into the error to throw.
 *
 * @param call The failed call.
 * @returns An error of the class that the table names; never thrown here.
 */
export function errnoError(call: FailedCall): SerialError {
  const code = errnoName(call.errno, call.errnoByName);
  const row = ERRNO_CLASSES[call.context];
  const Class = Object.hasOwn(row, code) ? (row[code] as ErrorClass) : SerialError;
  const what =
    Class === PortNotFoundError && code === "ENOTTY" ? "not a terminal device" : DESCRIPTIONS[code];
  const state = what === undefined ? code : `${what} (${code})`;
  return new Class(`Cannot ${actionOf(call.operation)} port "${call.path}": ${state}`, {
    code,
    errno: call.errno,
    syscall: call.syscall,
    path: call.path,
    operation: call.operation,
    ...(call.hint === undefined ? {} : { hint: call.hint }),
  });
}
