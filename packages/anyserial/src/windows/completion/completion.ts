// What an operation of Windows needs to be told of its end. Implemented by completion-port.ts; tests
// bring their own.

import type { SerialError } from "../../errors.ts";
import type { Handle } from "../kernel32.ts";

/** Hears of one operation. */
export interface CompletionListener {
  /**
   * The operation may be complete: look. A wake-up may be late, or stand for an operation that was
   * found complete already.
   */
  onWake(): void;
  /** Nobody is woken any more. */
  onFailed(error: SerialError): void;
}

/** Tells of completions, without a thread for each port and without libuv's pool. */
export interface Completions {
  /**
   * Has the completions of a handle told; until {@link Completions.leave}.
   *
   * @returns 0, or a negative Win32 error code.
   */
  join(handle: Handle): number;
  /** One handle less. */
  leave(): void;
  /** Tells of an operation, by the address of its OVERLAPPED. */
  add(address: number, listener: CompletionListener): void;
  /** Tells no more. */
  remove(address: number): void;
  /** One more, or one less, operation that somebody waits for: these keep the process alive. */
  countWaiting(change: 1 | -1): void;
}
