// Dependencies of an egress, and its listener.

import type { TrafficCounts } from "../model/types.ts";
import type { PlannedOptions } from "./plan.ts";
import type { Clock } from "./stall-watch.ts";
import type { Traffic, TrafficPlace } from "./traffic.ts";

/** Listener of an egress. */
export interface EgressListener {
  onStall(): void;
  /** @param lost Losses of the burst that the recovery ends. */
  onRecover(stalledMs: number, lost: TrafficCounts): void;
  /** The first loss of a burst. */
  onDrop(lost: TrafficCounts): void;
  /** All losses of a burst. */
  onDropTotal(lost: TrafficCounts, durationMs: number): void;
  onDisconnect(bytesLost: number): void;
  /** Senders must wait, or may continue. */
  onFull(isFull: boolean): void;
}

/** Arguments of {@link Egress}. */
export interface EgressParts {
  readonly place: TrafficPlace;
  readonly traffic: Traffic;
  readonly clock: Clock;
  /** Time of one byte at the rate that the application has set, in milliseconds; 0 for no limit. */
  readonly byteMs: () => number;
  /** Parity of a member whose port shows broken characters; `undefined` for the others. */
  readonly parity?: (() => string) | undefined;
  readonly options: PlannedOptions;
  /** Messages are lost whole or not at all. */
  readonly whole: boolean;
  readonly listener: EgressListener;
}
