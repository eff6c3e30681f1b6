// Notices once that a reader takes nothing for too long, and once that it reads again. A kernel reports room
// in steps of some kB, so before a reader is called stalled the member is asked whether it reads: a slow
// reader is not a stalled one.

import { clearTimeout, clockMs, setTimeout } from "../process/timers.ts";

/** Queries and listener of a stall watch. */
export interface StallListener {
  onStall(): void;
  /** @param stalledMs Time from the last byte that was read before the stall. */
  onRecover(stalledMs: number): void;
  /** The reader has read since this was last asked; `undefined` where that is not known. Never rejects. */
  hasRead(): boolean | undefined | Promise<boolean | undefined>;
}

/** Time and timers; injected by tests. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls back once; @returns stops it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The real clock; its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => clockMs(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/** Checks of a reader within the time after which it has stalled. */
const CHECKS = 4;
/** The shortest interval between two checks, in milliseconds. */
const SHORTEST_CHECK_MS = 10;
/** The shortest interval while the reader is stalled: it costs a little for as long as it stands. */
const SHORTEST_STALLED_CHECK_MS = 250;
/** A stalled reader has recovered when this many checks in a row show progress. */
const STEADY_CHECKS = 2;

export class StallWatch {
  readonly #clock: Clock;
  readonly #listener: StallListener;
  #afterMs: number;
  /** When something was last seen to be read, while something waits. */
  #since: number | undefined;
  /** The earliest time at which the reader has stalled. */
  #deadline = 0;
  #stop: (() => void) | undefined;
  /** It was checked since the last write, so the next check shows later progress only. */
  #isChecked = false;
  #stalledFrom: number | undefined;
  #steadyChecks = 0;

  constructor(clock: Clock, afterMs: number, listener: StallListener) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#listener = listener;
  }

  get isStalled(): boolean {
    return this.#stalledFrom !== undefined;
  }

  /** How long bytes have waited with nothing read, in milliseconds. */
  get waitedMs(): number {
    return this.#since === undefined ? 0 : this.#clock.now() - this.#since;
  }

  /** Changes the limit, from the next wait on. */
  set afterMs(afterMs: number) {
    this.#afterMs = afterMs;
  }

  /** Bytes wait. */
  onWaiting(): void {
    if (this.#since !== undefined) return;
    this.#progressed();
    this.#isChecked = false;
    this.#arm();
  }

  /** Bytes were taken; more wait. */
  onTaken(): void {
    if (this.#since === undefined) return;
    this.#recover();
    this.#progressed();
    this.#isChecked = false;
    if (this.#stop === undefined) this.#arm();
  }

  /** Nothing waits any more. */
  onEmpty(): void {
    this.#recover();
    this.stop();
  }

  /** Ends the watch without a report. */
  stop(): void {
    this.#stalledFrom = undefined;
    this.#since = undefined;
    this.#stop?.();
    this.#stop = undefined;
  }

  #progressed(): void {
    this.#since = this.#clock.now();
    this.#deadline = this.#since + this.#afterMs;
  }

  #recover(): void {
    const from = this.#stalledFrom;
    if (from === undefined) return;
    this.#stalledFrom = undefined;
    this.#stop?.(); // the next check is due sooner than a stalled reader's
    this.#stop = undefined;
    this.#listener.onRecover(this.#clock.now() - from);
  }

  /** One timer, whatever is taken meanwhile: progress costs no timer. */
  #arm(): void {
    const delayMs = this.isStalled
      ? Math.max(this.#afterMs, SHORTEST_STALLED_CHECK_MS)
      : Math.max(this.#afterMs / CHECKS, SHORTEST_CHECK_MS);
    this.#stop = this.#clock.after(delayMs, () => {
      this.#stop = undefined;
      const hasRead = this.#listener.hasRead();
      if (hasRead instanceof Promise) this.#judgeLater(hasRead, this.#since);
      else this.#judge(hasRead);
    });
  }

  /** An answer that has to be waited for is of no use when bytes were taken meanwhile. */
  #judgeLater(hasRead: Promise<boolean | undefined>, since: number | undefined): void {
    let isStopped = false;
    this.#stop = () => {
      isStopped = true;
    };
    void hasRead.then((answer) => {
      if (isStopped) return;
      this.#stop = undefined;
      if (this.#since === since) this.#judge(answer);
      else this.#arm();
    });
  }

  #judge(hasRead: boolean | undefined): void {
    const isFirst = !this.#isChecked;
    this.#isChecked = true;
    // Progress between the last write and the first check is unknown: the time starts again.
    if (isFirst) this.#deadline = this.#clock.now() + this.#afterMs;
    else if (hasRead === true) this.#progressed();
    if (this.isStalled) this.#checkRecovery(!isFirst && hasRead === true);
    else if (this.#clock.now() >= this.#deadline - 0.5) this.#stall();
    if (this.#since !== undefined && this.#stop === undefined) this.#arm();
  }

  #checkRecovery(isProgress: boolean): void {
    this.#steadyChecks = isProgress ? this.#steadyChecks + 1 : 0;
    if (this.#steadyChecks >= STEADY_CHECKS) this.#recover();
  }

  #stall(): void {
    this.#stalledFrom = this.#since;
    this.#steadyChecks = 0;
    this.#listener.onStall();
  }
}
