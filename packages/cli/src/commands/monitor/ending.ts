// What ends a monitor besides the process's signals: the quit key, a time, a silence, a failure.

/** Ends one monitor. */
export class Ending {
  readonly #controller = new AbortController();
  /** Reason of an end that is no failure. */
  readonly #done = new Error("The monitor has ended");
  #time: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  /** Aborted when the monitor is to end, for whatever reason. */
  readonly signal: AbortSignal;

  /** @param signal The command's signal. */
  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#controller.signal]);
  }

  /** Ends the monitor well. */
  end(): void {
    this.#controller.abort(this.#done);
  }

  /** Ends the monitor with a failure. */
  fail(error: unknown): void {
    this.#controller.abort(error);
  }

  /** Tells whether an error only says that the monitor ended well. */
  isReason(error: unknown): boolean {
    return error === this.#done;
  }

  /** Ends the monitor after a time, in milliseconds; `undefined` never. */
  endAfter(timeMs: number | undefined): void {
    if (timeMs !== undefined) this.#time = setTimeout(() => this.end(), timeMs);
  }

  /** Ends the monitor once nothing has been heard for a time, in milliseconds. */
  endAfterSilence(silenceMs: number): void {
    this.#silence = setTimeout(() => this.end(), silenceMs);
  }

  /** Something was heard: the silence begins anew. */
  heard(): void {
    this.#silence?.refresh();
  }

  /** Stops the times. */
  clear(): void {
    clearTimeout(this.#time);
    clearTimeout(this.#silence);
  }
}
