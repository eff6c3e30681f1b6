// Errors that a callback of the caller threw, reported as Node reports them: as uncaught
// exceptions. The code that called the callback continues, so that its other callbacks still run.

import { nextTick } from "./timers.ts";

/**
 * Throws an error where nothing catches it, after the current callback.
 *
 * @param error The thrown value.
 */
export function throwUncaught(error: unknown): void {
  nextTick(() => {
    throw error;
  });
}
