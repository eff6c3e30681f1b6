// The number of programs that have the device of a pty open, by the events of opening and closing.
// The kernel merges equal events in a row, so the count can be too low; each query corrects it.

export type PresenceEvent = "open" | "close";

export interface Openings {
  /** Others than this program's own visits closed the device. */
  readonly wasVisited: boolean;
  /** The last application closed the device, and another one opened it after that. */
  readonly changedHands: boolean;
}

/** The count of one device. */
export class OpenerCount {
  #count = 0;

  /**
   * Follows events in their order.
   *
   * @param events `undefined` where some were lost, or the system reports none.
   * @param visits Own visits among them.
   */
  follow(events: readonly PresenceEvent[] | undefined, visits: number): Openings {
    if (events === undefined) return { wasVisited: true, changedHands: false };
    let closes = 0;
    let wasLeft = false;
    for (const event of events) {
      closes += Number(event === "close");
      wasLeft ||= event === "close" && this.#count === 1;
      this.#count = Math.max(this.#count + (event === "open" ? 1 : -1), 0);
    }
    const wasVisited = closes > visits;
    return { wasVisited, changedHands: wasVisited && wasLeft && this.#count > 0 };
  }

  /** A query found out whether a program has the device open. */
  correct(isHeld: boolean): void {
    if (!isHeld) this.#count = 0;
    else if (this.#count === 0) this.#count = 1;
  }
}
