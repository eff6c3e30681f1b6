// Waiting that blocks the thread, for anyserial/sync: loops over the calls of a port.

import type { BlockingPort } from "../backend/backend.ts";
import type { BlockingChannel } from "../backend/channel.ts";
import { transmitterPatienceMs } from "../backend/output-time.ts";
import { sleepBlocking } from "../process/sleep-blocking.ts";
import { clockMs } from "../process/timers.ts";

/** Interval of polling pending output, in milliseconds. */
const POLL_MS = 1;

/**
 * Tries until an attempt moves something or the time is over.
 *
 * @param port The port that is waited for.
 * @param interest `READ` or `WRITE`.
 * @param attempt Moves bytes without waiting, and counts them.
 * @param deadline A time of `clockMs()`; may be `Infinity`.
 * @returns Bytes of the last attempt: 0 when the time is over.
 */
export function tryUntil(
  port: BlockingChannel,
  interest: number,
  { attempt, deadline }: { readonly attempt: () => number; readonly deadline: number },
): number {
  for (;;) {
    const count = attempt();
    if (count > 0) return count;
    const left = deadline - clockMs();
    if (left <= 0) return 0;
    port.wait(interest, left);
  }
}

/**
 * Waits until output is out.
 *
 * @param port A port.
 * @param exact Out of the transmitter too.
 * @param deadline A time of `clockMs()`; may be `Infinity`.
 * @returns `false` when the time is over.
 */
export function drainBlocking(port: BlockingPort, exact: boolean, deadline: number): boolean {
  let hadToWait = false;
  for (; port.outputWaiting() > 0; hadToWait = true) {
    if (clockMs() >= deadline) return false;
    sleepBlocking(POLL_MS);
  }
  port.checkSent(hadToWait);
  return !exact || untilTransmitted(port, deadline);
}

/** Not for ever, since there are drivers that never call a transmitter empty. */
function untilTransmitted(port: BlockingPort, deadline: number): boolean {
  let giveUpAt: number | undefined;
  for (;;) {
    const isEmpty = port.isTransmitterEmpty();
    if (isEmpty === undefined) port.flushBlocking();
    if (isEmpty !== false) return true;
    giveUpAt ??= clockMs() + transmitterPatienceMs(port.effectiveConfig());
    const now = clockMs();
    if (now >= giveUpAt) return true;
    if (now >= deadline) return false;
    sleepBlocking(POLL_MS);
  }
}
