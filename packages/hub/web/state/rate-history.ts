// Rates of every member, from the counters of two states, and their last minute.

import type { PageStatus } from "../../src/page/wire.ts";

const KEPT = 60;

/** In bytes a second. */
export interface Rates {
  readonly sent: number;
  readonly received: number;
  /** Sent and received, one value for each state, the newest last. */
  readonly history: readonly number[];
}

interface Counters {
  readonly at: number;
  readonly sent: number;
  readonly received: number;
}

const NONE: Rates = { sent: 0, received: 0, history: [] };

export class RateHistory {
  readonly #before = new Map<string, Counters>();
  readonly #rates = new Map<string, Rates>();

  /** Takes the next state. */
  add({ networks, uptimeMs }: PageStatus): void {
    for (const { name: network, members } of networks) {
      for (const { name, in: sent, out } of members) {
        this.#count(keyOf(network, name), { at: uptimeMs, sent: sent.bytes, received: out.bytes });
      }
    }
  }

  of(network: string, member: string): Rates {
    return this.#rates.get(keyOf(network, member)) ?? NONE;
  }

  #count(key: string, now: Counters): void {
    const before = this.#before.get(key);
    this.#before.set(key, now);
    const seconds = (now.at - (before?.at ?? now.at)) / 1000;
    if (before === undefined || seconds <= 0) return;
    const sent = Math.max(0, now.sent - before.sent) / seconds;
    const received = Math.max(0, now.received - before.received) / seconds;
    const history = [...(this.#rates.get(key)?.history ?? []), sent + received].slice(-KEPT);
    this.#rates.set(key, { sent, received, history });
  }
}

function keyOf(network: string, member: string): string {
  return JSON.stringify([network, member]);
}
