// An async iterator over pulled values, one at a time. Calls of next() queue up, as those of an
// async generator do; but return() and throw() do not queue behind a next() that waits: they cancel
// its wait.

import { signalOf, underEither, type WaitOptions } from "../abort/abort.ts";

/** Where the values come from. */
export interface PullSource<T> {
  /**
   * Waits for the next value; one call at a time.
   *
   * @param signal Aborted when the iteration is ended or its own signal is aborted; the rejection
   *   of the call is then not reported to the caller that ended the iteration.
   * @returns `undefined` at the end.
   */
  next(signal: AbortSignal): Promise<T | undefined>;
  /**
   * Returns a value that is there already; never throws.
   *
   * @returns `undefined` where there is none, or where {@link PullSource.next} has an error to report.
   */
  nextNow?(): T | undefined;
  /** Takes back a value that came in the moment in which the iteration was ended. */
  giveBack?(value: T): void;
  /** Called when the iteration is over, however it ended; at least once. */
  end?(): void | Promise<void>;
}

type Result<T> = IteratorResult<T, undefined>;

const NO_OPTIONS: WaitOptions = {};
const DONE = Object.freeze({ done: true, value: undefined } as const);

export class PullIterator<T> implements AsyncGenerator<T, undefined> {
  readonly #source: PullSource<T>;
  readonly #options: WaitOptions;
  /** The options are valid: only `#next()` can report that they are not. */
  #isChecked: boolean;
  readonly #ended = new AbortController();
  /** Calls of `next()` that wait. */
  #waiting = 0;
  /** Resolves with the last call of `next()`; never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param source Where the values come from.
   * @param options.signal Ends the iteration by rejecting with its reason; the first `next()`
   *   reports invalid options.
   */
  constructor(source: PullSource<T>, options: WaitOptions = NO_OPTIONS) {
    this.#source = source;
    this.#options = options;
    this.#isChecked = options === NO_OPTIONS;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<T>> {
    const value = this.#nextNow();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    this.#waiting++;
    const result = this.#last.then(() => this.#next());
    const over = (): void => {
      this.#waiting--;
    };
    this.#last = result.then(over, over);
    return result;
  }

  /** A value that is there already costs one promise in place of a dozen. */
  #nextNow(): T | undefined {
    if (this.#waiting > 0 || this.#ended.signal.aborted) return undefined;
    if (!this.#isChecked || this.#options.signal?.aborted === true) return undefined;
    return this.#source.nextNow?.();
  }

  /** Ends the iteration: calls of `next()` that wait resolve as done. */
  async return(value?: undefined | PromiseLike<undefined>): Promise<Result<T>> {
    await this.#end();
    return { done: true, value: await value };
  }

  /** Ends the iteration, and rejects with the error. */
  async throw(error: unknown): Promise<Result<T>> {
    await this.#end();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  async #next(): Promise<Result<T>> {
    const { signal } = this.#ended;
    if (signal.aborted) return DONE;
    try {
      const outer = signalOf(this.#options);
      this.#isChecked = true;
      const value = await underEither(signal, outer, (either) => this.#source.next(either));
      if (value !== undefined && !signal.aborted) return { done: false, value };
      if (value !== undefined) this.#source.giveBack?.(value);
    } catch (error) {
      if (signal.aborted) return DONE; // the caller that ended the iteration does not need the error
      this.#ended.abort();
      await this.#source.end?.();
      throw error;
    }
    this.#ended.abort();
    await this.#source.end?.();
    return DONE;
  }

  async #end(): Promise<void> {
    this.#ended.abort();
    await this.#last;
    await this.#source.end?.();
  }
}
