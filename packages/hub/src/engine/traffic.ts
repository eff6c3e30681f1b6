// Listeners of a hub's traffic. When one throws, the others still receive the bytes.

import type { LinePoint, MemberLines, TrafficDirection, TrafficListener } from "../model/types.ts";
import { throwUncaught } from "../process/uncaught.ts";

/** Reports bytes as they pass; costs one comparison while there is no listener. */
export class Traffic {
  readonly #listeners = new Set<TrafficListener>();
  readonly #lineListeners = new Set<(point: LinePoint) => void>();
  /** Nanoseconds from the monotonic clock's zero to 1970. */
  #epochNs = 0n;

  get isOn(): boolean {
    return this.#listeners.size > 0;
  }

  /** Adds a listener. @returns Removes it. */
  add(listener: TrafficListener): () => void {
    // A listener that is added twice is called twice, and removed once at a time.
    const own: TrafficListener = (point, bytes) => listener(point, bytes);
    this.#setEpoch();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Adds a listener of lines. @returns Removes it. */
  addLines(listener: (point: LinePoint) => void): () => void {
    const own = (point: LinePoint): void => listener(point);
    this.#setEpoch();
    this.#lineListeners.add(own);
    return () => void this.#lineListeners.delete(own);
  }

  /** Passes bytes to the listeners. */
  report(at: TrafficPlace, direction: TrafficDirection, bytes: Uint8Array): void {
    const { network, member } = at;
    const point = { network, member, direction, timestampNs: this.#now() };
    for (const listener of this.#listeners) {
      try {
        listener(point, bytes);
      } catch (error) {
        throwUncaught(error);
      }
    }
  }

  /** Reports the levels of a member's lines. */
  reportLines({ network, member }: TrafficPlace, lines: MemberLines): void {
    if (this.#lineListeners.size === 0) return;
    const point = { network, member, lines, timestampNs: this.#now() };
    for (const listener of this.#lineListeners) {
      try {
        listener(point);
      } catch (error) {
        throwUncaught(error);
      }
    }
  }

  /** Removes all listeners. */
  clear(): void {
    this.#listeners.clear();
    this.#lineListeners.clear();
  }

  #now(): bigint {
    return this.#epochNs + process.hrtime.bigint();
  }

  #setEpoch(): void {
    this.#epochNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  }
}

/** Whose traffic it is. */
export interface TrafficPlace {
  readonly network: string;
  readonly member: string;
}
