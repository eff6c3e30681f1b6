// Pauses between attempts: longer and longer while they fail, short again after a quiet time.

import { clockMs } from "../process/timers.ts";

/** How long to wait. */
export interface Pauses {
  /** Before the first attempt, in milliseconds. */
  readonly firstMs: number;
  /** Before the second one; doubled from there on. */
  readonly secondMs: number;
  readonly longestMs: number;
  /** After this long without a failure the pauses start from the first one. */
  readonly stableMs: number;
}

/** The pauses of one member. */
export class Backoff {
  readonly #pauses: Pauses;
  readonly #now: () => number;
  #nextMs: number;
  /** When the last pause ends. */
  #until = Number.NEGATIVE_INFINITY;

  /**
   * @param pauses How long to wait.
   * @param now Milliseconds, never going back.
   */
  constructor(pauses: Pauses, now: () => number = clockMs) {
    this.#pauses = pauses;
    this.#now = now;
    this.#nextMs = pauses.firstMs;
  }

  /** Something failed. @returns Milliseconds to wait before the next attempt. */
  next(): number {
    const { firstMs, secondMs, longestMs, stableMs } = this.#pauses;
    if (this.#now() - this.#until >= stableMs) this.#nextMs = firstMs;
    const pauseMs = this.#nextMs;
    this.#nextMs = Math.min(longestMs, Math.max(secondMs, pauseMs * 2));
    this.#until = this.#now() + pauseMs;
    return pauseMs;
  }
}
