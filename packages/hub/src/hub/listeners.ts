// Listeners of a hub's events. When a listener throws, the others still receive the event.

import type { HubEvent, Unsubscribe } from "../model/types.ts";
import { throwUncaught } from "../process/uncaught.ts";

export class Listeners {
  readonly #all = new Set<(event: HubEvent) => void>();

  /** Adds a listener. @returns Removes it. */
  add(listener: (event: HubEvent) => void): () => void {
    // A listener that is added twice is called twice, and removed once at a time.
    const own = (event: HubEvent): void => listener(event);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  /** Calls all of them. */
  emit(event: HubEvent): void {
    for (const listener of this.#all) {
      try {
        listener(event);
      } catch (error) {
        throwUncaught(error);
      }
    }
  }

  /** Removes all of them. */
  clear(): void {
    this.#all.clear();
  }
}

/** Makes the result of `on()` of a function that removes a listener. */
export function unsubscribeBy(remove: () => void): Unsubscribe {
  return Object.assign(remove, { [Symbol.dispose]: remove });
}
