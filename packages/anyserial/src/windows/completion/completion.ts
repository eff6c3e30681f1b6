// The means by which an operation of Windows is notified of its end. Implemented by
// completion-port.ts; tests replace it.

import type { SerialError } from "../../errors/errors.ts";
import type { Handle } from "../kernel32-calls.ts";

/** Listener of one operation. */
export interface CompletionListener {
  /**
   * The operation may be complete: query it. A wake-up may be late, or stand for an operation that
   * was found complete already.
   */
  onWake(): void;
  /** There are no further wake-ups. */
  onFailed(error: SerialError): void;
}

/**
 * Reports completions, without a thread for each port and without libuv's pool; does not keep the
 * process alive.
 */
export interface Completions {
  /**
   * Reports the completions of a handle, until {@link Completions.leave}.
   *
   * @returns 0, or a negative Win32 error code.
   */
  join(handle: Handle): number;
  /** One handle less. */
  leave(): void;
  /** Reports an operation, by the address of its OVERLAPPED. */
  add(address: number, listener: CompletionListener): void;
  /** Stops reporting an operation. */
  remove(address: number): void;
}
