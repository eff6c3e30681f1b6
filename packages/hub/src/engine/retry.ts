// Retries until it works, since a resource that a member lacks now may be available later.

import { errorOf } from "../process/error-of.ts";
import type { Backoff } from "./backoff.ts";
import { pause } from "./pause.ts";

/** How to try. */
export interface RetryOptions {
  readonly backoff: Backoff;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Is called with each failure. */
  readonly onError: (error: Error) => void;
}

/**
 * Repeats an attempt until it succeeds or is no longer wanted; never rejects.
 *
 * @param attempt What to try; leaves nothing behind when it fails.
 * @param options Pauses, end, and a listener for failures.
 */
export async function retry(attempt: () => Promise<void>, options: RetryOptions): Promise<void> {
  const { backoff, signal, onError } = options;
  while (!signal.aborted) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (signal.aborted) return;
      onError(errorOf(error));
    }
    await pause(backoff.next(), signal);
  }
}
