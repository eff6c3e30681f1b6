// THE TRANSFER CONTRACT: the bytes of a port as a kernel offers them. Try; where there is nothing now,
// arm an interest and be called once. Loops, AbortSignal, fairness, draining and the end of a port are
// written once above it, in io/.

import type { SerialError } from "../errors/errors.ts";

/** Interest in bytes to read. */
export const READ = 1;
/** Interest in room to write. */
export const WRITE = 2;

/** System calls made for data, and waits; updated in place. */
export interface IoCounters {
  readCalls: number;
  writeCalls: number;
  /** Calls that found nothing to read or no room. */
  wouldBlock: number;
  /** Times that an operation waited; counted by `io/`. */
  waits: number;
}

/** Builds counters at zero. */
export function createIoCounters(): IoCounters {
  return { readCalls: 0, writeCalls: 0, wouldBlock: 0, waits: 0 };
}

/** One system call, which never waits. */
export interface Transfer {
  /**
   * Reads the bytes that are there now.
   *
   * @param into At least one byte.
   * @returns Bytes read; 0 when there are none now.
   * @throws {@link SerialError} a `SerialDisconnectedError` when the device is gone.
   */
  tryRead(into: Uint8Array): number;
  /**
   * Writes as many bytes as there is room for.
   *
   * @param data At least one byte; may change as soon as the call has returned.
   * @returns Bytes accepted, in order; 0 when there is no room now.
   * @throws {@link SerialError} a `SerialDisconnectedError` when the device is gone.
   */
  tryWrite(data: Uint8Array): number;
}

/** The bytes of an open port, without blocking. */
export interface Channel extends Transfer {
  readonly counters: IoCounters;
  /**
   * Has `onReady` called once for each direction, from a task of its own, when a try may find something.
   * Call it in the same task as the try that moved less than it was given: an event in between is not
   * repeated. A call for nothing is allowed; so is arming what is armed, which changes nothing.
   *
   * Nothing has to be taken back: a call after a cancel is ignored above. An armed interest does
   * not keep the process alive; `io/` does that while an operation waits.
   *
   * @param interest {@link READ}, {@link WRITE} or both.
   * @throws {@link SerialError} the system cannot wait.
   */
  arm(interest: number): void;
  /** Called with the directions that were armed and may be ready. */
  onReady: ((ready: number) => void) | undefined;
  /**
   * Called when nothing will become ready any more: with a `SerialDisconnectedError` when the device is
   * gone and no try has found that out, with another error when the system cannot wait any more.
   */
  onFailed: ((error: SerialError) => void) | undefined;
}

/** How an open port ends, whatever it is. */
export interface OpenPort extends Channel {
  /** Puts settings back, at process exit; the descriptor stays with the system. */
  restoreAtExit(): void;
  /**
   * Restores the settings that the port changed outside its own, and closes it. Output that is
   * still queued has had its time: it is discarded.
   *
   * @param discarded Bytes of it; 0 also where the device is gone.
   */
  close(discarded: number): Promise<void>;
  /** Closes without waiting, for a port that was garbage-collected. */
  abandon(): void;
}

/** The same bytes for `anyserial/sync`. */
export interface BlockingChannel extends Transfer {
  /**
   * Blocks the thread until a try may find something or the time is over. May return early, for nothing.
   *
   * @param interest {@link READ} or {@link WRITE}.
   * @param timeoutMs Longest time, in milliseconds; may be `Infinity`.
   */
  wait(interest: number, timeoutMs: number): void;
}
