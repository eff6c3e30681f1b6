// Counts of bytes and messages, and the tap that sees them pass.

import type { TapDirection, TrafficCounts, TrafficTap } from "./types.ts";

/** Counts that grow. */
export interface MutableCounts extends TrafficCounts {
  bytes: number;
  messages: number;
}

/** Counts at zero. */
export function createCounts(): MutableCounts {
  return { bytes: 0, messages: 0 };
}

/** Adds one message. */
export function count(counts: MutableCounts, bytes: number): void {
  counts.bytes += bytes;
  counts.messages++;
}

/** Where the hub's tap is; costs one comparison while there is none. */
export class TapSlot {
  #tap: TrafficTap | undefined;
  /** Nanoseconds from the monotonic clock's zero to 1970. */
  #epochNs = 0n;

  get isOn(): boolean {
    return this.#tap !== undefined;
  }

  set(tap: TrafficTap | undefined): void {
    this.#epochNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
    this.#tap = tap;
  }

  /** Tells the tap, if there is one. */
  tell(at: TapPlace, direction: TapDirection, bytes: Uint8Array): void {
    const timestampNs = this.#epochNs + process.hrtime.bigint();
    this.#tap?.({ network: at.network, member: at.member, direction, timestampNs }, bytes);
  }
}

/** Whose traffic it is. */
export interface TapPlace {
  readonly network: string;
  readonly member: string;
}
