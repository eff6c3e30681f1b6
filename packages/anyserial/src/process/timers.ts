// The timers and the clock of the runtime, taken when the package is loaded. Test runners replace
// the globals and the exports of node:timers by a clock that stands still; a port continues
// meanwhile.

import { performance } from "node:perf_hooks";
import {
  clearImmediate as clearImmediateNow,
  clearInterval as clearIntervalNow,
  clearTimeout as clearTimeoutNow,
  setImmediate as setImmediateNow,
  setInterval as setIntervalNow,
  setTimeout as setTimeoutNow,
} from "node:timers";
import { onAbort } from "../abort/on-abort.ts";
import { processWide } from "./process-wide.ts";
import { standInTimers, type Timers } from "./stand-in-timers.ts";

// A copy that is loaded later, while the timers are faked, takes those of the first one.
const timers: Timers = processWide("timers.1", () => {
  const current: Timers = {
    setImmediate: setImmediateNow,
    clearImmediate: clearImmediateNow,
    setTimeout: setTimeoutNow,
    clearTimeout: clearTimeoutNow,
    setInterval: setIntervalNow,
    clearInterval: clearIntervalNow,
    nextTick: process.nextTick,
  };
  return areFaked(current) ? standInTimers() : current;
});

export const setImmediate: Timers["setImmediate"] = timers.setImmediate;
export const clearImmediate: Timers["clearImmediate"] = timers.clearImmediate;
export const setTimeout: Timers["setTimeout"] = timers.setTimeout;
export const clearTimeout: Timers["clearTimeout"] = timers.clearTimeout;
export const setInterval: Timers["setInterval"] = timers.setInterval;
export const clearInterval: Timers["clearInterval"] = timers.clearInterval;
export const nextTick: Timers["nextTick"] = timers.nextTick;

/** Milliseconds since some moment in the past; never goes back. */
export const clockMs: () => number = performance.now.bind(performance);

/** Lets timers, sockets and other ports run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Signal that ends a sleep early, and whether it keeps the process alive. */
export interface SleepOptions {
  /** Ends it: the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Keeps the process alive.
   * @defaultValue `true`
   */
  readonly ref?: boolean;
}

/**
 * Sleeps.
 *
 * @param durationMs How long, in milliseconds.
 * @param options Signal that ends it early.
 * @throws `signal.reason` — the signal is aborted.
 */
export function sleep(durationMs: number, { signal, ref }: SleepOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const forget =
      signal &&
      onAbort(signal, () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    const timer = setTimeout(() => {
      forget?.();
      resolve();
    }, durationMs);
    if (ref === false) timer.unref();
  });
}

/** Fakes return no `Immediate`; timers of other runtimes are left alone. */
function areFaked({ setImmediate, clearImmediate }: Timers): boolean {
  const { bun, deno } = process.versions;
  if (bun !== undefined || deno !== undefined) return false;
  const probe = setImmediate(() => undefined);
  clearImmediate(probe);
  return probe?.constructor?.name !== "Immediate";
}
