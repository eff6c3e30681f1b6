// Typed signatures of the kernel32 calls that the Windows backend makes, and nothing else. A failed
// call returns the negative Win32 error code, read before anything else runs; nothing here throws.

import type { Ffi, NativeLibrary, Pointer } from "../ffi/ffi.ts";
import { FILE } from "./abi.ts";
import type { Handle, Kernel32 } from "./kernel32-calls.ts";
import { bindMemory, bindQueue } from "./kernel32-queue.ts";

type OnHandle = (handle: Handle) => number;
type OnBytes = (handle: Handle, bytes: Uint8Array) => number;
type OnNumber = (handle: Handle, value: number) => number;
type Transfer = (
  handle: Handle,
  memory: Pointer,
  length: number,
  transferred: Pointer,
  overlapped: Pointer,
) => number;

const HANDLE = "ssize";
const NULL = 0n;

/**
 * Binds kernel32.
 *
 * @param ffi Foreign-function interface.
 * @returns The calls.
 */
export function bindKernel32(ffi: Ffi): Kernel32 {
  const library = ffi.load("kernel32.dll", "stdcall");
  const lastError = library.bind<() => number>("GetLastError", "uint", []);
  /** BOOL: 0 is a failure. */
  const result = (value: number): number => (value === 0 ? -lastError() : 0);
  return {
    ...bindSettings(library, result),
    ...bindTransfers(library, result),
    ...bindQueue(library, lastError),
    ...bindMemory(library),
  };
}

type Library = NativeLibrary;
type Result = (value: number) => number;

type Settings = Pick<
  Kernel32,
  | "closeHandle"
  | "getCommState"
  | "setCommState"
  | "getCommTimeouts"
  | "setCommTimeouts"
  | "setupComm"
  | "clearCommError"
  | "purgeComm"
  | "escapeCommFunction"
  | "getCommModemStatus"
  | "setCommBreak"
  | "clearCommBreak"
  | "setCommMask"
>;

function bindSettings(library: Library, result: Result): Settings {
  const onHandle = (symbol: string): OnHandle => {
    const call = library.bind<OnHandle>(symbol, "int", [HANDLE]);
    return (handle) => result(call(handle));
  };
  const onBytes = (symbol: string): OnBytes => {
    const call = library.bind<OnBytes>(symbol, "int", [HANDLE, "bytes"]);
    return (handle, bytes) => result(call(handle, bytes));
  };
  const onNumber = (symbol: string): OnNumber => {
    const call = library.bind<OnNumber>(symbol, "int", [HANDLE, "uint"]);
    return (handle, value) => result(call(handle, value));
  };
  const setupComm = library.bind<(h: Handle, input: number, output: number) => number>(
    "SetupComm",
    "int",
    [HANDLE, "uint", "uint"],
  );
  const clearCommError = library.bind<(h: Handle, e: Uint8Array, s: Uint8Array) => number>(
    "ClearCommError",
    "int",
    [HANDLE, "bytes", "bytes"],
  );
  return {
    closeHandle: onHandle("CloseHandle"),
    getCommState: onBytes("GetCommState"),
    setCommState: onBytes("SetCommState"),
    getCommTimeouts: onBytes("GetCommTimeouts"),
    setCommTimeouts: onBytes("SetCommTimeouts"),
    setupComm: (handle, input, output) => result(setupComm(handle, input, output)),
    clearCommError: (handle, errors, status) => result(clearCommError(handle, errors, status)),
    purgeComm: onNumber("PurgeComm"),
    escapeCommFunction: onNumber("EscapeCommFunction"),
    getCommModemStatus: onBytes("GetCommModemStatus"),
    setCommBreak: onHandle("SetCommBreak"),
    clearCommBreak: onHandle("ClearCommBreak"),
    setCommMask: onNumber("SetCommMask"),
  };
}

type Transfers = Pick<
  Kernel32,
  | "createFile"
  | "waitCommEvent"
  | "readFile"
  | "writeFile"
  | "getOverlappedResult"
  | "cancelIoEx"
  | "flushFileBuffers"
>;

function bindTransfers(library: Library, result: Result): Transfers {
  const transfer = [HANDLE, "pointer", "uint", "pointer", "pointer"] as const;
  const readFile = library.bind<Transfer>("ReadFile", "int", transfer);
  const writeFile = library.bind<Transfer>("WriteFile", "int", transfer);
  const waitCommEvent = library.bind<(h: Handle, mask: Pointer, o: Pointer) => number>(
    "WaitCommEvent",
    "int",
    [HANDLE, "pointer", "pointer"],
  );
  const getOverlappedResult = library.bind<
    (h: Handle, o: Pointer, bytes: Uint8Array, wait: number) => number
  >("GetOverlappedResult", "int", [HANDLE, "pointer", "bytes", "int"]);
  const cancelIoEx = library.bind<(h: Handle, o: Pointer) => number>("CancelIoEx", "int", [
    HANDLE,
    "pointer",
  ]);
  const flush = library.bind<OnHandle>("FlushFileBuffers", "int", [HANDLE]);
  return {
    createFile: bindCreateFile(library, result),
    waitCommEvent: (handle, mask, overlapped) => result(waitCommEvent(handle, mask, overlapped)),
    readFile: (handle, into, length, overlapped) =>
      result(readFile(handle, into, length, NULL, overlapped)),
    writeFile: (handle, data, length, overlapped) =>
      result(writeFile(handle, data, length, NULL, overlapped)),
    getOverlappedResult: (handle, overlapped, transferred) =>
      result(getOverlappedResult(handle, overlapped, transferred, 0)),
    cancelIoEx: (handle, overlapped) => result(cancelIoEx(handle, overlapped)),
    flushFileBuffers: (handle) => result(flush(handle)),
  };
}

function bindCreateFile(library: Library, result: Result): Kernel32["createFile"] {
  const createFile = library.bind<
    (
      path: string,
      access: number,
      share: number,
      security: Pointer,
      how: number,
      flags: number,
      template: Handle,
    ) => Handle
  >("CreateFileW", HANDLE, ["string16", "uint", "uint", "pointer", "uint", "uint", HANDLE]);
  const access = FILE.GENERIC_READ + FILE.GENERIC_WRITE;
  const { OPEN_EXISTING, FILE_FLAG_OVERLAPPED, INVALID_HANDLE_VALUE } = FILE;
  return (path) => {
    const handle = createFile(path, access, 0, NULL, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, 0);
    return handle === INVALID_HANDLE_VALUE ? result(0) : handle;
  };
}
