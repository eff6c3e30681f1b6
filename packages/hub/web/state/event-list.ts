// Events of the hub, bounded.

import type { EventBatch, PageEvent } from "../../src/page/wire.ts";
import { Store } from "./store.ts";

const KEPT_MAX = 2000;

/** A place in the list where events are missing. */
interface MissingEvents {
  readonly type: "missing";
  readonly time: number;
  readonly count: number;
}

/** What the list has. */
export type ListedEvent = PageEvent | MissingEvents;

export class EventList {
  readonly all: Store<readonly ListedEvent[]> = new Store<readonly ListedEvent[]>([]);

  /** Takes what the hub sent. */
  add({ lost, events }: EventBatch): void {
    const missing = lost > 0 ? [missingBefore(events[0], lost)] : [];
    this.all.set(bounded([...this.all.get(), ...missing, ...events]));
  }

  clear(): void {
    this.all.set([]);
  }
}

/** How many events are missing in a list. */
export function missingIn(events: readonly ListedEvent[]): number {
  return events.reduce((sum, one) => sum + (one.type === "missing" ? one.count : 0), 0);
}

/** The page forgets events, too: their number stays. */
function bounded(events: readonly ListedEvent[]): readonly ListedEvent[] {
  if (events.length <= KEPT_MAX) return events;
  const kept = events.slice(1 - KEPT_MAX);
  const gone = events.slice(0, 1 - KEPT_MAX);
  const marks = gone.filter(({ type }) => type === "missing").length;
  return [missingBefore(kept[0], gone.length - marks + missingIn(gone)), ...kept];
}

function missingBefore(next: ListedEvent | undefined, count: number): MissingEvents {
  return { type: "missing", time: next?.time ?? Date.now(), count };
}
