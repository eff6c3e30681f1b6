// Errors that a callback of the program around the hub threw, reported as Node reports them: as
// uncaught exceptions. The hub continues, and the other callbacks are still called.

import { setImmediate } from "./timers.ts";

/**
 * Throws an error where nothing catches it, in a task of its own.
 *
 * @param error The thrown value.
 */
export function throwUncaught(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
