// Clients that were refused: the first at once, those that follow in one report a second.

import type { Refusal } from "../engine/member.ts";
import type { Clock } from "../engine/stall-watch.ts";

const EVERY_MS = 1000;

export class RefusalReport {
  readonly #report: (refusal: Refusal) => void;
  #pending: Refusal | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;
  readonly #clock: Clock;
  #stopTimer: (() => void) | undefined;

  /** @param report Called at most once a second. */
  constructor(report: (refusal: Refusal) => void, clock: Clock) {
    this.#report = report;
    this.#clock = clock;
  }

  /** A client was refused because another one is served. */
  add(peer: string | undefined, present: string | undefined): void {
    this.#pending = { peer, present, count: (this.#pending?.count ?? 0) + 1 };
    if (this.#stopTimer !== undefined) return;
    const leftMs = this.#reportedAt + EVERY_MS - this.#clock.now();
    if (leftMs <= 0) this.#flush();
    else this.#stopTimer = this.#clock.after(leftMs, () => this.#flush());
  }

  /** Stops, and reports the pending refusals. */
  close(): void {
    this.#stopTimer?.();
    this.#flush();
  }

  #flush(): void {
    const refusal = this.#pending;
    this.#stopTimer = undefined;
    this.#pending = undefined;
    if (refusal === undefined) return;
    this.#reportedAt = this.#clock.now();
    this.#report(refusal);
  }
}
