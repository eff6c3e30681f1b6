// Keeps a busy port from starving the event loop: after so many operations that did not wait, the
// next one lets everything else run first.

const OPERATIONS_PER_TURN = 32;

/** Counts operations that did not wait. */
export class Turns {
  #left = OPERATIONS_PER_TURN;

  /** An operation waited: the event loop has run. */
  waited(): void {
    this.#left = OPERATIONS_PER_TURN;
  }

  /** An operation did not wait. @returns `true` when the event loop must run before it ends. */
  isOver(): boolean {
    if (--this.#left > 0) return false;
    this.#left = OPERATIONS_PER_TURN;
    return true;
  }
}

/** Lets timers, sockets and other ports run. */
export function nextTurn(): Promise<void> {
  return new Promise(setImmediate);
}
