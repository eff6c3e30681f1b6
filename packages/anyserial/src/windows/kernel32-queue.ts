// The part of kernel32 that waits, and memory outside the JavaScript heap. As in kernel32.ts, a
// failure is a negative Win32 error code.

import type { NativeLibrary, Pointer } from "../ffi/ffi.ts";
import { FILE } from "./abi.ts";
import type { Handle, Kernel32 } from "./kernel32-calls.ts";

const HEAP_ZERO_MEMORY = 8; // heapapi.h
const HANDLE = "ssize";
const NULL = 0n;

type Queue = Pick<
  Kernel32,
  | "createEvent"
  | "waitForObject"
  | "createCompletionPort"
  | "joinCompletionPort"
  | "nextCompletion"
  | "postCompletion"
>;

/** Binds events and completion ports. */
export function bindQueue(library: NativeLibrary, lastError: () => number): Queue {
  const createEvent = library.bind<
    (security: Pointer, manual: number, signaled: number, name: Pointer) => Handle
  >("CreateEventW", HANDLE, ["pointer", "int", "int", "pointer"]);
  const wait = library.bind<(handle: Handle, value: number) => number>(
    "WaitForSingleObject",
    "uint",
    [HANDLE, "uint"],
  );
  const createPort = library.bind<
    (handle: Handle, port: Handle, key: number, threads: number) => Handle
  >("CreateIoCompletionPort", HANDLE, [HANDLE, HANDLE, "size", "uint"]);
  const setModes = library.bind<(handle: Handle, value: number) => number>(
    "SetFileCompletionNotificationModes",
    "int",
    [HANDLE, "uint"],
  );
  const post = library.bind<(p: Handle, bytes: number, key: number, o: Pointer) => number>(
    "PostQueuedCompletionStatus",
    "int",
    [HANDLE, "uint", "size", "pointer"],
  );
  const orError = (handle: Handle): number => (handle === 0 ? -lastError() : handle);
  return {
    createEvent: () => orError(createEvent(NULL, 1, 0, NULL)),
    waitForObject: (handle, timeoutMs) => wait(handle, timeoutMs),
    createCompletionPort: () => orError(createPort(FILE.INVALID_HANDLE_VALUE, 0, 0, 1)),
    joinCompletionPort: (handle, port) => {
      const joined = orError(createPort(handle, port, 0, 0));
      if (joined >= 0) setModes(handle, FILE.FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
      return Math.min(joined, 0);
    },
    nextCompletion: bindNextCompletion(library),
    postCompletion: (port) => (post(port, 0, 0, NULL) === 0 ? -lastError() : 0),
  };
}

function bindNextCompletion(library: NativeLibrary): Kernel32["nextCompletion"] {
  const next = library.bind<
    (p: Handle, bytes: Uint8Array, key: Uint8Array, o: Uint8Array, timeoutMs: number) => number
  >("GetQueuedCompletionStatus", "int", [HANDLE, "bytes", "bytes", "bytes", "uint"]);
  const bytes = new Uint8Array(4);
  const key = new Uint8Array(8);
  const address = new BigUint64Array(1);
  const addressBytes = new Uint8Array(address.buffer);
  return (port, timeoutMs) => {
    address[0] = NULL;
    const found = next(port, bytes, key, addressBytes, timeoutMs);
    const overlapped = address[0];
    return found === 0 && overlapped === NULL ? undefined : overlapped;
  };
}

type Memory = Pick<Kernel32, "allocate" | "free" | "copyFrom" | "copyTo">;

/** Binds the heap of the process. */
export function bindMemory(library: NativeLibrary): Memory {
  const heap = library.bind<() => Pointer>("GetProcessHeap", "pointer", [])();
  const allocate = library.bind<(heap: Pointer, flags: number, size: number) => Pointer | null>(
    "HeapAlloc",
    "pointer",
    ["pointer", "uint", "size"],
  );
  const free = library.bind<(heap: Pointer, flags: number, memory: Pointer) => number>(
    "HeapFree",
    "int",
    ["pointer", "uint", "pointer"],
  );
  const copyFrom = library.bind<(into: Uint8Array, from: Pointer, length: number) => void>(
    "RtlMoveMemory",
    "void",
    ["bytes", "pointer", "size"],
  );
  const copyTo = library.bind<(into: Pointer, from: Uint8Array, length: number) => void>(
    "RtlMoveMemory",
    "void",
    ["pointer", "bytes", "size"],
  );
  return {
    allocate: (size) => allocate(heap, HEAP_ZERO_MEMORY, size) ?? NULL,
    free: (memory) => void free(heap, 0, memory),
    copyFrom: (memory, into, length) => copyFrom(into, memory, length),
    copyTo: (memory, data, length) => copyTo(memory, data, length),
  };
}
