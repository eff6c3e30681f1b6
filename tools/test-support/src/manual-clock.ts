// A clock that the test moves.

/** Time that the test advances. */
export class ManualClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  /** Timers ever set. */
  timersSet = 0;

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.timersSet++;
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that would still ring. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on, ringing in order. */
  advance(byMs: number): void {
    const end = this.#now + byMs;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }
}
