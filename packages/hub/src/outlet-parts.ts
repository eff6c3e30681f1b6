// What an outlet needs of its surroundings, and what it tells them.

import type { TapPlace, TapSlot } from "./counts.ts";
import type { PlannedOptions } from "./plan.ts";
import type { Clock } from "./stall-watch.ts";

/** What an outlet tells of itself. */
export interface OutletListener {
  onStall(): void;
  onRecover(stalledMs: number, lost: { readonly bytes: number; readonly messages: number }): void;
  onDrop(bytes: number): void;
  onDisconnect(bytesLost: number): void;
  /** Under `backpressure`: senders must stop, or may go on. */
  onFull(isFull: boolean): void;
}

/** What an outlet is made with. */
export interface OutletParts {
  readonly place: TapPlace;
  readonly tap: TapSlot;
  readonly clock: Clock;
  readonly options: PlannedOptions;
  /** Messages are lost whole or not at all. */
  readonly whole: boolean;
  readonly listener: OutletListener;
}
