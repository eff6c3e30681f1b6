// Runs functions one at a time, in the order of the calls.

/** A queue of one. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves, and never rejects, when all earlier functions have ended. */
  get idle(): Promise<unknown> {
    return this.#last;
  }

  /** Runs a function after all earlier ones have ended, whether they failed or not. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
