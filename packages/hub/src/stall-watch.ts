// Notices that nothing was taken for too long, once, and that it goes on, once.

/** Where stalls are told. */
export interface StallListener {
  onStall(): void;
  /** @param stalledMs Time since the last byte was taken. */
  onRecover(stalledMs: number): void;
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
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/** Watches one member. */
export class StallWatch {
  readonly #clock: Clock;
  readonly #listener: StallListener;
  #afterMs: number;
  /** When something was last taken, while something waits. */
  #since: number | undefined;
  #stop: (() => void) | undefined;
  #isStalled = false;

  constructor(clock: Clock, afterMs: number, listener: StallListener) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#listener = listener;
  }

  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** How long bytes have waited with nothing taken, in milliseconds. */
  get waitedMs(): number {
    return this.#since === undefined ? 0 : this.#clock.now() - this.#since;
  }

  /** Changes the limit, from the next wait on. */
  set afterMs(afterMs: number) {
    this.#afterMs = afterMs;
  }

  /** Bytes wait. */
  waits(): void {
    if (this.#since !== undefined) return;
    this.#since = this.#clock.now();
    this.#arm(this.#afterMs);
  }

  /** Bytes were taken; more wait. */
  took(): void {
    if (this.#since === undefined) return;
    this.#recover();
    this.#since = this.#clock.now();
    if (this.#stop === undefined) this.#arm(this.#afterMs);
  }

  /** Nothing waits any more. */
  rests(): void {
    this.#recover();
    this.#since = undefined;
    this.#stop?.();
    this.#stop = undefined;
  }

  #recover(): void {
    if (!this.#isStalled) return;
    this.#isStalled = false;
    this.#listener.onRecover(this.waitedMs);
  }

  /** One timer, set again only when it rings early: progress costs no timer. */
  #arm(delayMs: number): void {
    this.#stop = this.#clock.after(delayMs, () => {
      this.#stop = undefined;
      const left = this.#afterMs - this.waitedMs;
      if (left > 0.5) this.#arm(left);
      else this.#stall();
    });
  }

  #stall(): void {
    this.#isStalled = true;
    this.#listener.onStall();
  }
}
