// Losses in bursts: the first is reported at once, the total when the burst is over. However many messages a
// member loses, its log stays short, and every lost byte is in exactly one total.

import type { TrafficCounts } from "../model/types.ts";
import { count, createCounts, type MutableCounts } from "./counts.ts";
import type { Clock } from "./stall-watch.ts";

/** A burst is over when nothing was lost for so long, in milliseconds. */
const QUIET_MS = 1000;
/** A burst without end is summed up this often, in milliseconds. */
const LONGEST_MS = 60_000;

/** Queries and listener of a loss report. */
export interface LossListener {
  /** The first loss of a burst, at once. */
  onFirst(lost: TrafficCounts): void;
  /** All losses of a burst, the first one included. */
  onTotal(lost: TrafficCounts, durationMs: number): void;
  /** The reader takes nothing at the moment: more may be lost without end. */
  isHeldUp(): boolean;
}

/** Losses of one member. */
export class LossReport {
  readonly #clock: Clock;
  readonly #listener: LossListener;
  #burst: MutableCounts = createCounts();
  #isBurst = false;
  #isFirstReported = false;
  #startedAt = 0;
  #lastAt = 0;
  #stopTimer: (() => void) | undefined;

  constructor(clock: Clock, listener: LossListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** A message, or a part of one, is lost because the queue is full. */
  lose(bytes: number): void {
    this.add(bytes);
    if (this.#isFirstReported) return;
    this.#isFirstReported = true;
    this.#listener.onFirst({ bytes, messages: 1 });
  }

  /** Bytes are lost for a reason that is reported by itself: they are in the total only. */
  add(bytes: number): void {
    this.#lastAt = this.#clock.now();
    if (!this.#isBurst) {
      this.#isBurst = true;
      this.#startedAt = this.#lastAt;
      this.#arm(QUIET_MS);
    }
    count(this.#burst, bytes);
  }

  /** Ends the burst, if there is one. @returns Its losses; the caller reports them. */
  take(): TrafficCounts {
    const taken = this.#burst;
    this.#burst = createCounts();
    this.#isBurst = false;
    this.#isFirstReported = false;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    return taken;
  }

  /** Ends the burst, if there is one, with its total. */
  end(): void {
    const durationMs = this.#lastAt - this.#startedAt;
    const lost = this.take();
    if (lost.messages > 0) this.#listener.onTotal(lost, durationMs);
  }

  #arm(delayMs: number): void {
    this.#stopTimer = this.#clock.after(delayMs, () => {
      this.#stopTimer = undefined;
      this.#check();
    });
  }

  #check(): void {
    const now = this.#clock.now();
    const quietMs = now - this.#lastAt;
    if (this.#listener.isHeldUp()) this.#arm(QUIET_MS);
    else if (quietMs >= QUIET_MS || now - this.#startedAt >= LONGEST_MS) this.end();
    else this.#arm(QUIET_MS - quietMs);
  }
}
