// The order of steps that opens a COM port, and the way back when one of them fails: no handle and no
// changed setting is left. A COM port is never shared: nobody else can open it meanwhile.

import type { OpenRequest } from "../backend/backend.ts";
import { COMMTIMEOUTS_SIZE, DCB, type WindowsAbi } from "./abi.ts";
import type { CommParts } from "./comm-handle.ts";
import type { Handle, Kernel32 } from "./kernel32.ts";
import { devicePath } from "./port-path.ts";
import { winError } from "./win-error.ts";
import type { WindowsDevice } from "./windows-device.ts";

/** The system that a port is opened on. */
export interface WindowsSystem {
  readonly kernel32: Kernel32;
  readonly abi: WindowsAbi;
}

/** What the driver had before the port was opened. */
interface Original {
  readonly dcb: Uint8Array;
  readonly timeouts: Uint8Array;
}

/**
 * Opens and configures a port.
 *
 * @param system Calls and sizes.
 * @param request What to open and how.
 * @param wrap Makes the device of the checked handle.
 * @returns The device: raw, configured, its input empty.
 */
export function openComm<D extends WindowsDevice>(
  system: WindowsSystem,
  request: OpenRequest,
  wrap: (parts: CommParts) => D,
): D {
  const { kernel32 } = system;
  const { path } = request;
  const handle = openHandle(kernel32, path);
  let device: D | undefined;
  let original: Original | undefined;
  try {
    original = readOriginal(kernel32, handle, path);
    device = wrap({ ...system, handle, path });
    device.prepare();
    device.configure(request.config, request.settle);
    device.discard("input");
    device.lineErrorCounts(); // forgets the errors from before
    return device;
  } catch (error) {
    if (original !== undefined) {
      kernel32.setCommState(handle, original.dcb);
      kernel32.setCommTimeouts(handle, original.timeouts);
    }
    if (device === undefined) kernel32.closeHandle(handle);
    else device.abandon();
    throw error;
  }
}

/**
 * Opens a port for itself.
 *
 * @returns The handle, of nothing that was looked at.
 */
export function openHandle(kernel32: Kernel32, path: string): Handle {
  const handle = kernel32.createFile(devicePath(path));
  if (handle < 0) throw failedOpen(path, "CreateFileW", handle);
  return handle;
}

/** Reads the settings as they are: fails where the handle is no serial port. */
function readOriginal(kernel32: Kernel32, handle: Handle, path: string): Original {
  const dcb = new Uint8Array(DCB.size);
  dcb[0] = DCB.size; // DCBlength
  const timeouts = new Uint8Array(COMMTIMEOUTS_SIZE);
  const gotState = kernel32.getCommState(handle, dcb);
  if (gotState < 0) throw failedOpen(path, "GetCommState", gotState);
  const gotTimeouts = kernel32.getCommTimeouts(handle, timeouts);
  if (gotTimeouts < 0) throw failedOpen(path, "GetCommTimeouts", gotTimeouts);
  return { dcb, timeouts };
}

function failedOpen(path: string, syscall: string, result: number): Error {
  return winError({ context: "open", operation: "open", path, syscall, winerror: -result });
}
