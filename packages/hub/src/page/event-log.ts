// The last events of a hub, numbered, for pages that come later.

import { reportError } from "../control/error-report.ts";
import type { HubEvent } from "../model/types.ts";
import type { EventBatch, PageEvent } from "./wire.ts";

const KEPT_MAX = 500;

export class EventLog {
  readonly #events: PageEvent[] = [];
  #last = 0;

  /** Number of the last event. */
  get last(): number {
    return this.#last;
  }

  /** Keeps an event; its error, if any, as JSON. */
  add(event: HubEvent): void {
    const plain = "error" in event ? { ...event, error: reportError(event.error) } : event;
    this.#events.push(plain as PageEvent); // the errors are replaced
    this.#last++;
    if (this.#events.length > KEPT_MAX) this.#events.shift();
  }

  /**
   * Takes the events behind a number.
   *
   * @returns The events; `undefined` when there is none.
   */
  behind(number: number): EventBatch | undefined {
    const missing = this.#last - number;
    if (missing <= 0) return undefined;
    const kept = Math.min(missing, this.#events.length);
    return { lost: missing - kept, events: this.#events.slice(this.#events.length - kept) };
  }
}
