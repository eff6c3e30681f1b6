// Notices silence on a line, to the millisecond: a timer for most of it, and the last part by looking in
// each turn of the event loop, since timers are late by up to a millisecond or two. Silence counts once a
// whole turn has found nothing: while the program is busy, bytes may wait that came in time.

import {
  clearImmediate,
  clearTimeout,
  clockMs,
  setImmediate,
  setTimeout,
} from "../process/timers.ts";

/** From here on a timer would be late, in milliseconds. */
const NEAR_MS = 2;

/** Calls a function when nothing has come for a time. */
export class GapTimer {
  readonly #onSilence: () => void;
  #gapMs = 0;
  #lastAt = 0;
  /** The time is over; the turn that follows shows whether bytes had come. */
  #isOver = false;
  #stop: (() => void) | undefined;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  /**
   * A chunk has come.
   *
   * @param gapMs The silence to wait for from now on, in milliseconds.
   */
  arrived(gapMs: number): void {
    this.#lastAt = clockMs();
    this.#gapMs = gapMs;
    this.#isOver = false;
    if (this.#stop === undefined) this.#arm(gapMs);
  }

  /** Waits no longer. */
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #arm(leftMs: number): void {
    if (leftMs > NEAR_MS) {
      const timer = setTimeout(() => this.#look(), Math.floor(leftMs - 1));
      this.#stop = () => clearTimeout(timer);
    } else {
      const turn = setImmediate(() => this.#look());
      this.#stop = () => clearImmediate(turn);
    }
  }

  #look(): void {
    const left = this.#gapMs - (clockMs() - this.#lastAt);
    if (left > 0 || !this.#isOver) {
      this.#isOver = left <= 0;
      this.#arm(left);
      return;
    }
    this.#stop = undefined;
    this.#onSilence();
  }
}
