// Waiting for work of others, but not for ever.

import { clearTimeout, setTimeout } from "../process/timers.ts";

/**
 * Waits until work is done or the time is over; never rejects.
 *
 * @param work The awaited promise.
 * @param timeoutMs Longest wait, in milliseconds.
 */
export async function settledWithin(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work.catch(() => undefined), tooLate]);
  clearTimeout(timer);
}
