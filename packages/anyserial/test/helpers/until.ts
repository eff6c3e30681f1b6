// Waiting for what the kernel tells nobody about: for leaks to settle, for another process to block.

import { setTimeout as sleep } from "node:timers/promises";

const BOUND_MS = 10_000;

/**
 * Looks again and again until something holds; only for what has no event to wait for.
 *
 * @param what What is waited for, to be named when it does not come.
 * @param holds Looks.
 * @returns What `holds` found.
 */
export async function until<T>(
  what: string,
  holds: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = performance.now() + BOUND_MS;
  for (;;) {
    const found = await holds();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`still not true: ${what}`);
    await sleep(1);
  }
}
