// From (what was being done, Win32 error code) to an error class: the one table for Windows.

import {
  actionOf,
  PortBusyError,
  PortNotFoundError,
  SerialClosedError,
  SerialDisconnectedError,
  SerialError,
  UnsupportedConfigurationError,
  UnsupportedFeatureError,
} from "../errors.ts";

/** What was being done when the call failed; decides what the same code means. */
export type WinErrorContext = "open" | "io" | "configure" | "feature";

type ErrorClass = new (
  message: string,
  details: ConstructorParameters<typeof SerialError>[1],
) => SerialError;

/**
 * Drivers word the same event, the device is gone, in many ways: those of USB adapters answer 2, 5
 * or 22 after an unplug, and 109 is a hang-up under Wine. 995 comes here only when we did not cancel.
 */
const GONE: Readonly<Record<number, ErrorClass>> = {
  2: SerialDisconnectedError,
  5: SerialDisconnectedError,
  6: SerialClosedError,
  21: SerialDisconnectedError,
  22: SerialDisconnectedError,
  31: SerialDisconnectedError,
  38: SerialDisconnectedError,
  55: SerialDisconnectedError,
  109: SerialDisconnectedError,
  433: SerialDisconnectedError,
  995: SerialDisconnectedError,
  1117: SerialDisconnectedError,
  1167: SerialDisconnectedError,
  1617: SerialDisconnectedError,
  4319: SerialDisconnectedError,
};

/** The table; a code that is in no row becomes a plain SerialError with its number. */
export const WIN_ERROR_CLASSES: Readonly<
  Record<WinErrorContext, Readonly<Record<number, ErrorClass>>>
> = {
  open: {
    1: PortNotFoundError,
    2: PortNotFoundError,
    3: PortNotFoundError,
    5: PortBusyError,
    6: PortNotFoundError,
    21: PortNotFoundError,
    22: PortNotFoundError,
    31: PortNotFoundError,
    32: PortBusyError,
    50: PortNotFoundError,
    55: PortNotFoundError,
    67: PortNotFoundError,
    87: PortNotFoundError,
    123: PortNotFoundError,
    170: PortBusyError,
    433: PortNotFoundError,
    1117: PortNotFoundError,
    1167: PortNotFoundError,
    1200: PortNotFoundError,
    1617: PortNotFoundError,
    2404: PortBusyError,
  },
  io: GONE,
  configure: {
    ...GONE,
    1: UnsupportedConfigurationError,
    50: UnsupportedConfigurationError,
    87: UnsupportedConfigurationError,
    120: UnsupportedConfigurationError,
  },
  feature: {
    ...GONE,
    1: UnsupportedFeatureError,
    50: UnsupportedFeatureError,
    87: UnsupportedFeatureError,
    120: UnsupportedFeatureError,
  },
};

/** Node's spelling of what each class stands for. */
const CODES: ReadonlyMap<ErrorClass, string> = new Map<ErrorClass, string>([
  [PortNotFoundError, "ENOENT"],
  [PortBusyError, "EBUSY"],
  [SerialClosedError, "EBADF"],
  [SerialDisconnectedError, "ENODEV"],
  [UnsupportedConfigurationError, "EINVAL"],
  [UnsupportedFeatureError, "EOPNOTSUPP"],
]);

const NAMES: Readonly<Record<number, readonly [name: string, description: string]>> = {
  1: ["ERROR_INVALID_FUNCTION", "not supported by this device"],
  2: ["ERROR_FILE_NOT_FOUND", "no such port"],
  3: ["ERROR_PATH_NOT_FOUND", "no such path"],
  4: ["ERROR_TOO_MANY_OPEN_FILES", "too many open files"],
  5: ["ERROR_ACCESS_DENIED", "access denied"],
  6: ["ERROR_INVALID_HANDLE", "not a handle of a serial port"],
  8: ["ERROR_NOT_ENOUGH_MEMORY", "out of memory"],
  21: ["ERROR_NOT_READY", "the device is not ready"],
  22: ["ERROR_BAD_COMMAND", "the device does not know the command"],
  31: ["ERROR_GEN_FAILURE", "the device does not work"],
  32: ["ERROR_SHARING_VIOLATION", "another program has it open"],
  38: ["ERROR_HANDLE_EOF", "end of file"],
  50: ["ERROR_NOT_SUPPORTED", "not supported by the driver"],
  55: ["ERROR_DEV_NOT_EXIST", "the device does not exist any more"],
  67: ["ERROR_BAD_NET_NAME", "no such name"],
  87: ["ERROR_INVALID_PARAMETER", "the driver refuses the value"],
  109: ["ERROR_BROKEN_PIPE", "the other side hung up"],
  120: ["ERROR_CALL_NOT_IMPLEMENTED", "not supported by this system"],
  121: ["ERROR_SEM_TIMEOUT", "the driver gave up waiting"],
  123: ["ERROR_INVALID_NAME", "not a name of a port"],
  170: ["ERROR_BUSY", "the device is in use"],
  433: ["ERROR_NO_SUCH_DEVICE", "no such device"],
  995: ["ERROR_OPERATION_ABORTED", "the driver ended the operation"],
  1117: ["ERROR_IO_DEVICE", "input/output error of the device"],
  1167: ["ERROR_DEVICE_NOT_CONNECTED", "the device is not connected"],
  1200: ["ERROR_BAD_DEVICE", "not a name of a device"],
  1617: ["ERROR_DEVICE_REMOVED", "the device was removed"],
  2404: ["ERROR_DEVICE_IN_USE", "the device is in use"],
  4319: ["ERROR_DEVICE_NOT_AVAILABLE", "the device is not available"],
};

/** What failed. */
export interface FailedWinCall {
  readonly context: WinErrorContext;
  /** What the caller asked for, as a verb: `open`, `configure`, `receive`, … */
  readonly operation: string;
  readonly path: string;
  readonly syscall: string;
  /** Win32 error code, positive. */
  readonly winerror: number;
}

/**
 * Turns a failed call into the error to throw.
 *
 * @param call What failed.
 * @returns An error of the class that the table names; never thrown here.
 */
export function winError(call: FailedWinCall): SerialError {
  const { context, operation, path, syscall, winerror } = call;
  const Class = WIN_ERROR_CLASSES[context][winerror] ?? SerialError;
  const [name, description] = NAMES[winerror] ?? [`Win32 error ${winerror}`];
  const state = description === undefined ? name : `${description} (${name}, ${winerror})`;
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
