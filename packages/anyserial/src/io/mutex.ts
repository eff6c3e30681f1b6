// Serialises reconfiguration: one at a time, in the order of the calls.

/** A queue of one. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs a function after all earlier ones have ended, whether they failed or not. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
