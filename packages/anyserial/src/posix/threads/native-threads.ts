// One libc call in a thread of its own that knows no JavaScript: for close(2) and tcdrain(3), which
// wait in the driver for as long as a device stalls. Such a thread starts in microseconds, can be
// canceled in the kernel, and never keeps the process from ending. From pthread_create(3),
// pthread_cancel(3), pthread_tryjoin_np(3) (glibc and musl).

import { bindDescriptors } from "../../ffi/descriptors.ts";
import type { Ffi, NativeLibrary, Pointer } from "../../ffi/ffi.ts";

/** A call that is under way. */
export interface NativeCall {
  /** The call has ended; from then on nothing else may be asked. */
  isDone(): boolean;
  /** Ends the wait in the kernel; the call is done soon after. */
  cancel(): void;
}

/** Starts calls. */
export interface NativeThreads {
  /**
   * Calls a function of libc with a descriptor, in a thread.
   *
   * @returns `undefined` when the system has no thread to give.
   */
  start(call: "close" | "tcdrain", fd: number): NativeCall | undefined;
}

interface Calls {
  readonly create: (thread: Uint8Array, attr: Pointer, run: Pointer, argument: Pointer) => number;
  readonly tryJoin: (thread: bigint, result: Uint8Array) => number;
  readonly cancel: (thread: bigint) => number;
}

const NULL = 0n;

/**
 * Binds the calls.
 *
 * @param ffi Foreign-function interface.
 * @returns A function that starts threads; `undefined` where the program lacks the calls.
 */
export function bindThreads(ffi: Ffi): NativeThreads | undefined {
  const program = ffi.program();
  const needed = ["pthread_create", "pthread_tryjoin_np", "pthread_cancel", "close", "tcdrain"];
  if (!needed.every((symbol) => program.has(symbol))) return undefined;
  const calls: Calls = {
    create: program.bind("pthread_create", "int", ["bytes", "pointer", "pointer", "pointer"]),
    tryJoin: program.bind("pthread_tryjoin_np", "int", ["ulong", "bytes"]),
    cancel: canUnwind(ffi, program)
      ? program.bind("pthread_cancel", "int", ["ulong"])
      : (): number => 0,
  };
  const descriptors = bindDescriptors(ffi);
  return {
    start: (call, fd) => {
      if (call === "close") descriptors.forget(fd);
      return start(calls, program.address(call), fd);
    },
  };
}

function start(calls: Calls, run: Pointer, fd: number): NativeCall | undefined {
  const thread = new BigUint64Array(1); // pthread_t is a word
  if (calls.create(new Uint8Array(thread.buffer), NULL, run, BigInt(fd)) !== 0) return undefined;
  const id = thread[0] as bigint;
  const result = new Uint8Array(8);
  return {
    isDone: () => calls.tryJoin(id, result) === 0,
    cancel: () => void calls.cancel(id),
  };
}

/** glibc ends the process when it has to cancel a thread and finds no unwinder; musl needs none. */
function canUnwind(ffi: Ffi, program: NativeLibrary): boolean {
  if (!program.has("gnu_get_libc_version")) return true;
  try {
    ffi.load("libgcc_s.so.1");
    return true;
  } catch {
    return false;
  }
}
