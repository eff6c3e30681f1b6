// The order of steps that opens a COM port, and the way back when one of them fails: no handle and
// no changed setting is left. A COM port is never shared: no other program can open it meanwhile.

import type { OpenRequest } from "../backend/backend.ts";
import { DCB, type WindowsAbi } from "./abi.ts";
import type { Handle, Kernel32 } from "./kernel32-calls.ts";
import { devicePath } from "./port-path.ts";
import { winError } from "./win-error.ts";
import { WindowsPort, type WindowsWaiting } from "./windows-port.ts";

/** The system that a port is opened on. */
export interface WindowsSystem {
  readonly kernel32: Kernel32;
  readonly abi: WindowsAbi;
}

/**
 * Opens and configures a port.
 *
 * @param system Calls and sizes.
 * @param request What to open and how.
 * @param waiting Waits for it; `undefined` for blocking use.
 * @returns The port: raw, configured, without input from before unless that is asked for.
 */
export function openComm(
  system: WindowsSystem,
  request: OpenRequest,
  waiting: WindowsWaiting | undefined,
): WindowsPort {
  const { kernel32 } = system;
  const { path } = request;
  const handle = openHandle(kernel32, path);
  let port: WindowsPort | undefined;
  let original: Uint8Array | undefined;
  try {
    original = readOriginal(kernel32, handle, path);
    port = new WindowsPort({ ...system, handle, path }, waiting);
    const { discardInputOnOpen } = request.config;
    if (discardInputOnOpen) port.discard("input");
    port.prepare(request.tuning);
    port.configure(request.config, request.onRefusal);
    // Bytes received under other settings may be garbage. Bytes received under these are the
    // device's greeting.
    if (discardInputOnOpen && port.receivesOtherwise(original)) port.discard("input");
    port.lineErrorCounts(); // forgets the errors from before
    return port;
  } catch (error) {
    if (original !== undefined) kernel32.setCommState(handle, original);
    if (port === undefined) kernel32.closeHandle(handle);
    else port.abandon(); // puts the timeouts back
    throw error;
  }
}

/**
 * Opens a port for itself.
 *
 * @returns The handle, before any query.
 */
export function openHandle(kernel32: Kernel32, path: string): Handle {
  const handle = kernel32.createFile(devicePath(path));
  if (handle < 0) throw failedOpen(path, "CreateFileW", handle);
  return handle;
}

/** Reads the settings as they are: fails where the handle is no serial port. */
function readOriginal(kernel32: Kernel32, handle: Handle, path: string): Uint8Array {
  const dcb = new Uint8Array(DCB.size);
  dcb[0] = DCB.size; // DCBlength
  const gotState = kernel32.getCommState(handle, dcb);
  if (gotState < 0) throw failedOpen(path, "GetCommState", gotState);
  return dcb;
}

function failedOpen(path: string, syscall: string, result: number): Error {
  return winError({ context: "open", operation: "open", path, syscall, winerror: -result });
}
