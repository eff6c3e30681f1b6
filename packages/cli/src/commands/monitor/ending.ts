// Reasons other than signals that end a monitor: the quit key, a time, a silence, a failure.

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

  /** Returns whether an error only says that the monitor ended well. */
  isReason(error: unknown): boolean {
    return error === this.#done;
  }

  /** Ends the monitor after a time, in milliseconds; `undefined` never. */
  endAfter(timeMs: number | undefined): void {
    if (timeMs !== undefined) this.#time = setTimeout(() => this.end(), timeMs);
  }

  /** Ends the monitor once no byte has arrived for a time, in milliseconds. */
  endAfterSilence(silenceMs: number): void {
    this.#silence = setTimeout(() => this.end(), silenceMs);
  }

  /** Restarts the time of {@link endAfterSilence}: bytes arrived. */
  restartSilence(): void {
    this.#silence?.refresh();
  }

  /** Stops the times. */
  clear(): void {
    clearTimeout(this.#time);
    clearTimeout(this.#silence);
  }
}
