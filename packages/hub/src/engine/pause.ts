// Waiting that ends early when it is no longer wanted.

import { clearTimeout, setTimeout } from "../process/timers.ts";

/**
 * Waits; keeps the process alive.
 *
 * @param delayMs Milliseconds.
 * @param signal Ends the wait; it resolves then, too.
 */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    signal.addEventListener("abort", end);
  });
}
