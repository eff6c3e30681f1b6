// The timers of the runtime, as anyserial took them when it was loaded. Test runners replace the
// globals by a clock that stands still; members continue meanwhile.

import { performance } from "node:perf_hooks";
import * as own from "node:timers";

type Timers = Pick<
  typeof own,
  | "setImmediate"
  | "clearImmediate"
  | "setTimeout"
  | "clearTimeout"
  | "setInterval"
  | "clearInterval"
>;

const shared = (process as unknown as Record<symbol, Timers | undefined>)[
  Symbol.for("anyserial.timers.1") // packages/anyserial/src/process/timers.ts
];

const timers: Timers = shared ?? own;

export const setImmediate: Timers["setImmediate"] = timers.setImmediate;
export const clearImmediate: Timers["clearImmediate"] = timers.clearImmediate;
export const setTimeout: Timers["setTimeout"] = timers.setTimeout;
export const clearTimeout: Timers["clearTimeout"] = timers.clearTimeout;
export const setInterval: Timers["setInterval"] = timers.setInterval;
export const clearInterval: Timers["clearInterval"] = timers.clearInterval;

/** Milliseconds since some moment in the past; never goes back. */
export const clockMs: () => number = performance.now.bind(performance);

/** Lets timers, sockets and other members run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
