// Event objects of Windows: made, set, closed, and waited for several at a time. Handles fit 32 bits on
// every CPU; a failure is a negative Win32 error code.

import type { Ffi } from "../../ffi/ffi.ts";
import type { Handle } from "../kernel32-calls.ts";

export interface EventCalls {
  /** Makes an event that resets itself when a wait ends with it: a handle. */
  create(): Handle;
  set(event: Handle): void;
  close(event: Handle): void;
  /**
   * Waits in the kernel for any of several events.
   *
   * @returns Its place in the list; `undefined` when the time is over; a negative Win32 error code when
   *   it cannot be waited for them.
   */
  waitAny(events: readonly Handle[], timeoutMs: number): number | undefined;
}

const HANDLE = "ssize";
const NULL = 0n;
const WAIT_FAILED = 0xffff_ffff;

export function bindEvents(ffi: Ffi, pointerSize: 4 | 8): EventCalls {
  const library = ffi.load("kernel32.dll", "stdcall");
  const lastError = library.bind<() => number>("GetLastError", "uint", []);
  type Create = (...args: [security: bigint, manual: number, set: number, name: bigint]) => Handle;
  type WaitAny = (...args: [count: number, events: Uint8Array, all: number, ms: number]) => number;
  const create = library.bind<Create>("CreateEventW", HANDLE, ["pointer", "int", "int", "pointer"]);
  const set = library.bind<(event: Handle) => number>("SetEvent", "int", [HANDLE]);
  const close = library.bind<(event: Handle) => number>("CloseHandle", "int", [HANDLE]);
  const waitAny = library.bind<WaitAny>("WaitForMultipleObjects", "uint", [
    "uint",
    "bytes",
    "int",
    "uint",
  ]);
  return {
    create: () => create(NULL, 0, 0, NULL) || -lastError(),
    set: (event) => void set(event),
    close: (event) => void close(event),
    waitAny: (events, timeoutMs) => {
      const place = waitAny(events.length, handleArray(events, pointerSize), 0, timeoutMs);
      if (place === WAIT_FAILED) return -lastError();
      return place < events.length ? place : undefined;
    },
  };
}

function handleArray(events: readonly Handle[], pointerSize: 4 | 8): Uint8Array {
  const numbers = pointerSize === 8 ? BigInt64Array.from(events, BigInt) : Int32Array.from(events);
  return new Uint8Array(numbers.buffer);
}
