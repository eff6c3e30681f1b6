// Counts of bytes and messages.

import type { TrafficCounts } from "../model/types.ts";

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
