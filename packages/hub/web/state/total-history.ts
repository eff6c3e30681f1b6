// Counters of the whole hub, and their last minute.

import type { PageStatus } from "../../src/page/wire.ts";

const KEPT = 60;
const NAMES = ["messages", "bytes", "lost", "stalls"] as const;

/** Of all members: messages and bytes sent, bytes lost, stalls. */
export type TotalName = (typeof NAMES)[number];

export interface Total {
  /** Since the hub started. */
  readonly sum: number;
  /** What each state added, in a second; the newest last. */
  readonly history: readonly number[];
}

type Sums = Readonly<Record<TotalName, number>>;

const NONE: Total = { sum: 0, history: [] };

export class TotalHistory {
  #before: { readonly at: number; readonly sums: Sums } | undefined;
  readonly #totals = new Map<TotalName, Total>();

  /** Takes the next state. */
  add(status: PageStatus): void {
    const now = { at: status.uptimeMs, sums: sumsOf(status) };
    const before = this.#before;
    this.#before = now;
    const seconds = (now.at - (before?.at ?? now.at)) / 1000;
    for (const name of NAMES) {
      const sum = now.sums[name];
      const past = this.of(name).history;
      const isStep = before !== undefined && seconds > 0;
      // A member that left takes its counters with it.
      const step = isStep ? [Math.max(0, sum - before.sums[name]) / seconds] : [];
      this.#totals.set(name, { sum, history: [...past, ...step].slice(-KEPT) });
    }
  }

  of(name: TotalName): Total {
    return this.#totals.get(name) ?? NONE;
  }
}

function sumsOf({ networks }: PageStatus): Sums {
  const sums = { messages: 0, bytes: 0, lost: 0, stalls: 0 };
  for (const { in: sent, dropped, stalls } of networks.flatMap(({ members }) => members)) {
    sums.messages += sent.messages;
    sums.bytes += sent.bytes;
    sums.lost += dropped.bytes;
    sums.stalls += stalls;
  }
  return sums;
}
