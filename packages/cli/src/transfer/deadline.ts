// A `--timeout` beside the command's own signal.

/** A running time limit, and the signal that is aborted at its end. */
export interface Deadline {
  /** Aborted when the time is over, or with the command's signal. */
  readonly signal: AbortSignal;
  /** Returns whether an error only says that the time is over. */
  isReason(error: unknown): boolean;
  clear(): void;
}

/**
 * Starts a time.
 *
 * @param timeoutMs Length in milliseconds; `undefined` never ends.
 * @param signal The command's signal.
 * @returns To be cleared, or the process would wait for it.
 */
export function startDeadline(timeoutMs: number | undefined, signal: AbortSignal): Deadline {
  const time = new AbortController();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => time.abort(), timeoutMs);
  return {
    signal: AbortSignal.any([signal, time.signal]),
    isReason: (error) => time.signal.aborted && error === time.signal.reason,
    clear: () => clearTimeout(timer),
  };
}
