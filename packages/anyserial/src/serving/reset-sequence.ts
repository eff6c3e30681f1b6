// The sequence of DTR and RTS by which flashing tools bring a chip into its boot loader. Each step is a message of
// its own: over a network the steps come apart, and the chip starts its program instead (espressif/esptool#383).
// So the server performs the last steps by itself, with their times, when it has seen the first ones.

import type { ControlLines } from "../model/modem-lines.ts";
import { clockMs, sleep } from "../process/timers.ts";
import type { OutputLevels } from "./served-line.ts";

/** Reset is held at least this long, in milliseconds. */
const RESET_MS = 100;
/** The boot pin is held at least this long after reset, in milliseconds. */
const BOOT_MS = 50;
/** DTR while reset is asserted is kept back for RTS, which is about to follow, in milliseconds. */
const LONGEST_HOLD_MS = 300;
/** A reset that is asserted for longer is none of a flashing tool, in milliseconds. */
const LONGEST_RESET_MS = 2000;

/** Time, for tests. */
export interface SequenceClock {
  now(): number;
  /** @param signal Ends it early, without an error. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** The real time. */
export const systemClock: SequenceClock = {
  now: clockMs,
  sleep: async (durationMs, signal) => {
    await sleep(durationMs, { signal }).catch(() => undefined);
  },
};

/** Sets output lines as a client asks for them, one line a call; one call at a time. */
export class ResetSequence {
  readonly #apply: (lines: ControlLines) => Promise<void>;
  readonly #clock: SequenceClock;
  #dtr: boolean;
  #rts: boolean;
  /** Since when RTS is asserted, with DTR off. */
  #resetAt: number | undefined;
  /** DTR was asked for during reset, and waits for RTS. */
  #held: AbortController | undefined;
  /** When the chip left reset with its boot pin held. */
  #bootAt: number | undefined;

  /**
   * @param levels Of the lines now.
   * @param apply Sets lines, in one step.
   * @param clock By default the real one.
   */
  constructor(
    levels: OutputLevels,
    apply: (lines: ControlLines) => Promise<void>,
    clock: SequenceClock = systemClock,
  ) {
    this.#dtr = levels.dtr;
    this.#rts = levels.rts;
    this.#apply = apply;
    this.#clock = clock;
  }

  /** The levels that were asked for. */
  get levels(): OutputLevels {
    return { dtr: this.#dtr, rts: this.#rts };
  }

  /** Sets DTR. Resolves when the answer may be given, which may be before the line has changed. */
  async setDtr(asserted: boolean): Promise<void> {
    const isRise = asserted && !this.#dtr;
    const isReset = this.#resetAt !== undefined && this.#since(this.#resetAt) < LONGEST_RESET_MS;
    this.#dtr = asserted;
    if (isRise && this.#rts && isReset) {
      this.#hold();
      return;
    }
    await this.#release();
    if (!asserted && this.#bootAt !== undefined) {
      const bootAt = this.#bootAt;
      this.#bootAt = undefined;
      await this.#waitUntil(bootAt + BOOT_MS);
    }
    await this.#apply({ dtr: asserted });
    this.#noteReset();
  }

  /** Sets RTS. */
  async setRts(asserted: boolean): Promise<void> {
    this.#rts = asserted;
    const resetAt = this.#resetAt;
    if (!asserted && this.#held !== undefined && resetAt !== undefined) {
      this.#held.abort();
      this.#held = undefined;
      this.#resetAt = undefined;
      await this.#waitUntil(resetAt + RESET_MS);
      await this.#apply({ dtr: true, rts: false });
      this.#bootAt = this.#clock.now();
      return;
    }
    await this.#release();
    await this.#apply({ rts: asserted });
    this.#noteReset();
  }

  /** Sets a line that is kept back, without waiting for more. */
  async end(): Promise<void> {
    await this.#release();
  }

  /** Either line may be the one that begins it: a port opens with both asserted. */
  #noteReset(): void {
    if (this.#rts && !this.#dtr) this.#resetAt ??= this.#clock.now();
    else this.#resetAt = undefined;
  }

  #hold(): void {
    const held = new AbortController();
    this.#held = held;
    void this.#clock.sleep(LONGEST_HOLD_MS, held.signal).then(() => {
      if (this.#held === held) this.#release().catch(() => undefined); // the port is gone
    });
  }

  async #release(): Promise<void> {
    if (this.#held === undefined) return;
    this.#held.abort();
    this.#held = undefined;
    await this.#apply({ dtr: true });
  }

  #since(time: number): number {
    return this.#clock.now() - time;
  }

  async #waitUntil(time: number): Promise<void> {
    const left = time - this.#clock.now();
    if (left > 0) await this.#clock.sleep(left);
  }
}
