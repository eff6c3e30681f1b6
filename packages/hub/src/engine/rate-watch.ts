// Whether the two ends of a line have the same rate, judged when bytes pass: an application changes its rate
// without a word, and one that has just opened its port has not yet set it.

import type { Clock } from "./stall-watch.ts";

/** Rates that differ by less than this understand each other: half a bit in ten. */
const TOLERANCE = 0.03;
/** A mismatch is reported when it still holds after so long, in milliseconds. */
const CONFIRM_MS = 250;

/** One end of a line. */
export interface RateEnd {
  /** As `network/member`, or of a member on another hub `hub/member`. */
  readonly name: string;
  /** For people. */
  readonly shortName: string;
  /** Current rate in baud; `undefined` where there is none or no application has the port open. */
  rateNow(): number | undefined;
}

/** Two ends whose rates differ, in the direction in which bytes passed. */
export interface Mismatch<E extends RateEnd> {
  readonly from: E;
  readonly to: E;
  readonly baudRate: number;
  readonly otherBaudRate: number;
}

/** Rates of one network. */
export class RateWatch<E extends RateEnd> {
  readonly #clock: Clock;
  readonly #report: (mismatch: Mismatch<E>) => void;
  /** Rates that were reported, by pair of ends. */
  readonly #known = new Map<string, string>();
  readonly #confirming = new Set<string>();

  /** @param report Called once for a pair of ends and a pair of rates. */
  constructor(clock: Clock, report: (mismatch: Mismatch<E>) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /**
   * Bytes pass.
   *
   * @param baudRate Rate of the sender, read once for all of its receivers.
   * @returns The mismatch; `undefined` when the ends understand each other.
   */
  check(from: E, to: E, baudRate: number | undefined): Mismatch<E> | undefined {
    const mismatch = mismatchOf(from, to, baudRate);
    if (mismatch !== undefined) this.#notice(mismatch);
    return mismatch;
  }

  #notice(mismatch: Mismatch<E>): void {
    const { pair, rates } = keysOf(mismatch);
    if (this.#known.get(pair) === rates || this.#confirming.has(pair)) return;
    this.#confirming.add(pair);
    this.#clock.after(CONFIRM_MS, () => {
      this.#confirming.delete(pair);
      const now = mismatchOf(mismatch.from, mismatch.to, mismatch.from.rateNow());
      if (now === undefined) return;
      this.#known.set(pair, keysOf(now).rates);
      this.#report(now);
    });
  }
}

function mismatchOf<E extends RateEnd>(from: E, to: E, baudRate = 0): Mismatch<E> | undefined {
  const otherBaudRate = to.rateNow() ?? 0;
  if (baudRate <= 0 || otherBaudRate <= 0) return undefined;
  if (Math.abs(baudRate / otherBaudRate - 1) <= TOLERANCE) return undefined;
  return { from, to, baudRate, otherBaudRate };
}

/** The same for both directions. */
function keysOf({ from, to, baudRate, otherBaudRate }: Mismatch<RateEnd>): {
  readonly pair: string;
  readonly rates: string;
} {
  const ends = [
    { name: from.name, rate: baudRate },
    { name: to.name, rate: otherBaudRate },
  ].sort((one, other) => (one.name < other.name ? -1 : 1));
  return {
    pair: JSON.stringify(ends.map(({ name }) => name)),
    rates: JSON.stringify(ends.map(({ rate }) => rate)),
  };
}
