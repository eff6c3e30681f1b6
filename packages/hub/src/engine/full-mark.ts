// Whether senders wait for a queue: from when it is full until it has room to spare, or any room after a while.

import type { Queue } from "./queue.ts";
import type { Clock } from "./stall-watch.ts";

/** Room to spare is what one read of a pty brings, in bytes. */
const ROOM_TO_SPARE = 4096;
/**
 * Senders that waited this long continue with any room, in milliseconds: a slow reader lets others
 * send a little.
 */
const LONG_WAIT_MS = 250;

/** The mark of one queue. */
export class FullMark {
  readonly #clock: Clock;
  #isFull = false;
  #since = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Senders wait. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * Compares the queue with its limit.
   *
   * @param mayWait Senders wait for this queue at all.
   * @returns Whether the mark has changed.
   */
  update({ limit, bytes }: Queue, mayWait: boolean): boolean {
    const isFull = mayWait && bytes > limit - this.#roomToGoOn(limit);
    if (isFull === this.#isFull) return false;
    this.#isFull = isFull;
    if (isFull) this.#since = this.#clock.now();
    return true;
  }

  #roomToGoOn(limit: number): number {
    if (!this.#isFull || this.#clock.now() - this.#since >= LONG_WAIT_MS) return 1;
    return Math.max(1, Math.min(limit >> 1, ROOM_TO_SPARE));
  }
}
