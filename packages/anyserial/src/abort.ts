// AbortSignal glue: a canceled operation rejects with the signal's own reason.

/**
 * Follows a promise until a signal is aborted; the work itself is not stopped.
 *
 * @param work Promise to follow; a late rejection is swallowed.
 * @param signal `undefined` never aborts.
 * @returns What the promise gives.
 * @throws `signal.reason` — the signal is aborted first.
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Options of an operation that may wait. */
export interface WaitOptions {
  /** Stops waiting: the call rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}
