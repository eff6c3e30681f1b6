// Events of the hub, bounded.

import type { PageEvent } from "../../src/page/wire.ts";
import { Store } from "./store.ts";

const KEPT_MAX = 2000;

export class EventList {
  readonly all: Store<readonly PageEvent[]> = new Store<readonly PageEvent[]>([]);

  add(events: readonly PageEvent[]): void {
    this.all.set([...this.all.get(), ...events].slice(-KEPT_MAX));
  }

  clear(): void {
    this.all.set([]);
  }
}
