// Bytes a second, from two snapshots of counters. Pure.

import type { HubSnapshot } from "@anyserial/hub";

export interface MemberRates {
  readonly inPerSecond: number;
  readonly outPerSecond: number;
}

interface Sample extends MemberRates {
  readonly inBytes: number;
  readonly outBytes: number;
}

/** Keeps the snapshot before. */
export class Rates {
  #samples = new Map<string, Sample>();
  #uptimeMs = 0;
  #isMoving = false;

  /** Takes the next snapshot. */
  update(snapshot: HubSnapshot): void {
    const seconds = (snapshot.uptimeMs - this.#uptimeMs) / 1000;
    const samples = new Map<string, Sample>();
    this.#isMoving = false;
    for (const { name: network, members } of snapshot.networks) {
      for (const { name, in: received, out: sent } of members) {
        const before = this.#samples.get(`${network}/${name}`);
        const inPerSecond = perSecond(received.bytes, before?.inBytes, seconds);
        const outPerSecond = perSecond(sent.bytes, before?.outBytes, seconds);
        this.#isMoving ||= inPerSecond + outPerSecond > 0;
        const counts = { inBytes: received.bytes, outBytes: sent.bytes };
        samples.set(`${network}/${name}`, { ...counts, inPerSecond, outPerSecond });
      }
    }
    this.#samples = samples;
    this.#uptimeMs = snapshot.uptimeMs;
  }

  /** Bytes moved between the last two snapshots. */
  get isMoving(): boolean {
    return this.#isMoving;
  }

  /** Rates of a member; zero for one that was not there before. */
  of(network: string, member: string): MemberRates {
    return this.#samples.get(`${network}/${member}`) ?? { inPerSecond: 0, outPerSecond: 0 };
  }
}

function perSecond(now: number, before: number | undefined, seconds: number): number {
  return before === undefined || seconds <= 0 ? 0 : Math.max(0, now - before) / seconds;
}
