// From (operation, Win32 error code) to an error class: the one table for Windows.

import {
  actionOf,
  PortBusyError,
  PortNotFoundError,
  SerialClosedError,
  SerialDisconnectedError,
  SerialError,
  UnsupportedConfigurationError,
  UnsupportedFeatureError,
} from "../errors/errors.ts";
import { ERROR } from "./abi.ts";

/** The operation that failed; decides the meaning of the same code. */
export type WinErrorContext = "open" | "io" | "configure" | "feature";

type ErrorClass = new (
  message: string,
  details: ConstructorParameters<typeof SerialError>[1],
) => SerialError;

/** Number and description of every error that a driver or the system is known to answer with; see winerror.h. */
const WIN_ERRORS = {
  ERROR_INVALID_FUNCTION: [1, "not supported by this device"],
  ERROR_FILE_NOT_FOUND: [2, "no such port"],
  ERROR_PATH_NOT_FOUND: [3, "no such path"],
  ERROR_TOO_MANY_OPEN_FILES: [4, "too many open files"],
  ERROR_ACCESS_DENIED: [5, "access denied"],
  ERROR_INVALID_HANDLE: [6, "not a handle of a serial port"],
  ERROR_NOT_ENOUGH_MEMORY: [8, "out of memory"],
  ERROR_NOT_READY: [21, "the device is not ready"],
  ERROR_BAD_COMMAND: [22, "the device does not know the command"],
  ERROR_GEN_FAILURE: [31, "the device does not work"],
  ERROR_SHARING_VIOLATION: [32, "another program has it open"],
  ERROR_HANDLE_EOF: [38, "end of file"],
  ERROR_NOT_SUPPORTED: [50, "not supported by the driver"],
  ERROR_DEV_NOT_EXIST: [55, "the device does not exist any more"],
  ERROR_BAD_NET_NAME: [67, "no such name"],
  ERROR_INVALID_PARAMETER: [87, "the driver refuses the value"],
  ERROR_BROKEN_PIPE: [109, "the other side hung up"],
  ERROR_CALL_NOT_IMPLEMENTED: [120, "not supported by this system"],
  ERROR_SEM_TIMEOUT: [121, "the driver gave up waiting"],
  ERROR_INVALID_NAME: [123, "not a name of a port"],
  ERROR_BUSY: [170, "the device is in use"],
  ERROR_NO_SUCH_DEVICE: [433, "no such device"],
  ERROR_OPERATION_ABORTED: [ERROR.ERROR_OPERATION_ABORTED, "the driver ended the operation"],
  ERROR_IO_DEVICE: [1117, "input/output error of the device"],
  ERROR_DEVICE_NOT_CONNECTED: [1167, "the device is not connected"],
  ERROR_BAD_DEVICE: [1200, "not a name of a device"],
  ERROR_DEVICE_REMOVED: [1617, "the device was removed"],
  ERROR_DEVICE_IN_USE: [2404, "the device is in use"],
  ERROR_DEVICE_NOT_AVAILABLE: [4319, "the device is not available"],
} as const;

/** Name of an error in winerror.h. */
type WinErrorName = keyof typeof WIN_ERRORS;

const NAMES: ReadonlyMap<number, WinErrorName> = new Map(
  (Object.keys(WIN_ERRORS) as WinErrorName[]).map((name) => [WIN_ERRORS[name][0], name]),
);

/** Numbers of the table, for its test. */
export const WIN_ERROR_NUMBERS: readonly number[] = [...NAMES.keys()];

type Classes = Readonly<Partial<Record<WinErrorName, ErrorClass>>>;

/**
 * Drivers report a device that is gone in many ways: those of USB adapters answer ERROR_FILE_NOT_FOUND,
 * ERROR_ACCESS_DENIED or ERROR_BAD_COMMAND after an unplug, and ERROR_BROKEN_PIPE is a hang-up under Wine.
 * ERROR_OPERATION_ABORTED comes here only when we did not cancel.
 */
const GONE: Classes = {
  ERROR_FILE_NOT_FOUND: SerialDisconnectedError,
  ERROR_ACCESS_DENIED: SerialDisconnectedError,
  ERROR_INVALID_HANDLE: SerialClosedError,
  ERROR_NOT_READY: SerialDisconnectedError,
  ERROR_BAD_COMMAND: SerialDisconnectedError,
  ERROR_GEN_FAILURE: SerialDisconnectedError,
  ERROR_HANDLE_EOF: SerialDisconnectedError,
  ERROR_DEV_NOT_EXIST: SerialDisconnectedError,
  ERROR_BROKEN_PIPE: SerialDisconnectedError,
  ERROR_NO_SUCH_DEVICE: SerialDisconnectedError,
  ERROR_OPERATION_ABORTED: SerialDisconnectedError,
  ERROR_IO_DEVICE: SerialDisconnectedError,
  ERROR_DEVICE_NOT_CONNECTED: SerialDisconnectedError,
  ERROR_DEVICE_REMOVED: SerialDisconnectedError,
  ERROR_DEVICE_NOT_AVAILABLE: SerialDisconnectedError,
};

/** The table; a code that is in no row becomes a plain SerialError with its number. */
const CLASSES: Readonly<Record<WinErrorContext, Classes>> = {
  open: {
    ERROR_INVALID_FUNCTION: PortNotFoundError,
    ERROR_FILE_NOT_FOUND: PortNotFoundError,
    ERROR_PATH_NOT_FOUND: PortNotFoundError,
    ERROR_ACCESS_DENIED: PortBusyError,
    ERROR_INVALID_HANDLE: PortNotFoundError,
    ERROR_NOT_READY: PortNotFoundError,
    ERROR_BAD_COMMAND: PortNotFoundError,
    ERROR_GEN_FAILURE: PortNotFoundError,
    ERROR_SHARING_VIOLATION: PortBusyError,
    ERROR_NOT_SUPPORTED: PortNotFoundError,
    ERROR_DEV_NOT_EXIST: PortNotFoundError,
    ERROR_BAD_NET_NAME: PortNotFoundError,
    ERROR_INVALID_PARAMETER: PortNotFoundError,
    ERROR_INVALID_NAME: PortNotFoundError,
    ERROR_BUSY: PortBusyError,
    ERROR_NO_SUCH_DEVICE: PortNotFoundError,
    ERROR_IO_DEVICE: PortNotFoundError,
    ERROR_DEVICE_NOT_CONNECTED: PortNotFoundError,
    ERROR_BAD_DEVICE: PortNotFoundError,
    ERROR_DEVICE_REMOVED: PortNotFoundError,
    ERROR_DEVICE_IN_USE: PortBusyError,
  },
  io: GONE,
  configure: {
    ...GONE,
    ERROR_INVALID_FUNCTION: UnsupportedConfigurationError,
    ERROR_NOT_SUPPORTED: UnsupportedConfigurationError,
    ERROR_INVALID_PARAMETER: UnsupportedConfigurationError,
    ERROR_CALL_NOT_IMPLEMENTED: UnsupportedConfigurationError,
  },
  feature: {
    ...GONE,
    ERROR_INVALID_FUNCTION: UnsupportedFeatureError,
    ERROR_NOT_SUPPORTED: UnsupportedFeatureError,
    ERROR_INVALID_PARAMETER: UnsupportedFeatureError,
    ERROR_CALL_NOT_IMPLEMENTED: UnsupportedFeatureError,
  },
};

/** Node's code for each class. */
const CODES: ReadonlyMap<ErrorClass, string> = new Map<ErrorClass, string>([
  [PortNotFoundError, "ENOENT"],
  [PortBusyError, "EBUSY"],
  [SerialClosedError, "EBADF"],
  [SerialDisconnectedError, "ENODEV"],
  [UnsupportedConfigurationError, "EINVAL"],
  [UnsupportedFeatureError, "EOPNOTSUPP"],
]);

export interface FailedWinCall {
  readonly context: WinErrorContext;
  /** The caller's operation, as a verb: `open`, `configure`, `receive`, … */
  readonly operation: string;
  readonly path: string;
  readonly syscall: string;
  /** Win32 error code, positive. */
  readonly winerror: number;
}

/** Class of an error in a context. */
export function winErrorClass(context: WinErrorContext, winerror: number): ErrorClass {
  const name = NAMES.get(winerror);
  return (name && CLASSES[context][name]) ?? SerialError;
}

/**
 * Turns a failed call into the error to throw.
 *
 * @param call The failed call.
 * @returns An error of the class that the table names; never thrown here.
 */
export function winError(call: FailedWinCall): SerialError {
  const { context, operation, path, syscall, winerror } = call;
  const Class = winErrorClass(context, winerror);
  const name = NAMES.get(winerror);
  const state = name ? `${WIN_ERRORS[name][1]} (${name}, ${winerror})` : `Win32 error ${winerror}`;
  const hint = hintFor(Class, call);
  return new Class(`Cannot ${actionOf(operation)} port "${path}": ${state}`, {
    code: CODES.get(Class) ?? "ERR_SERIAL_WIN32",
    errno: winerror,
    winerror,
    syscall,
    path,
    operation,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Where Windows has advice of its own. */
function hintFor(Class: ErrorClass, { context, path }: FailedWinCall): string | undefined {
  if (Class === PortBusyError) {
    return `close the program that holds ${path}: Windows never shares a COM port, and Process Explorer (Find Handle) names the holder`;
  }
  if (Class === PortNotFoundError) {
    return `check under "Ports (COM & LPT)" in the Device Manager that ${path} is there and works: a warning sign means that its driver did not load`;
  }
  if (Class === UnsupportedConfigurationError && context === "configure") {
    return "choose a value that the driver accepts: clones of USB adapters often take standard baud rates only (9600, 115200, 921600)";
  }
  return undefined;
}
