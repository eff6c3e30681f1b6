// A fair queue: one at a time, in the order of the calls, each with a signal of its own.

import { onAbort } from "../abort/on-abort.ts";

/** Lets one call after the other run. */
export class FairQueue {
  #isHeld = false;
  readonly #waiting = new Set<() => void>();

  /**
   * Runs work when all earlier ones are done.
   *
   * @param signal Gives up while it waits for its turn; `undefined` never does.
   * @param work What to run; it watches the signal itself.
   * @throws `signal.reason` — the signal is aborted before the turn comes.
   */
  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    if (this.#isHeld) await this.#turn(signal);
    this.#isHeld = true;
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#isHeld = false;
      else next();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget =
        signal &&
        onAbort(signal, () => {
          this.#waiting.delete(take);
          reject(signal.reason);
        });
      const take = (): void => {
        this.#waiting.delete(take);
        forget?.();
        resolve();
      };
      this.#waiting.add(take);
    });
  }
}
