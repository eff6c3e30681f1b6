// Waiting until output is out, without blocking: the kernel has no event for an empty queue, so it
// is polled, as often as the line's rate suggests, while a call waits.

import type { DrainedPort } from "../backend/backend.ts";
import { longestOutputMs, transmitterPatienceMs, wireTimeMs } from "../backend/output-time.ts";
import type { EffectiveConfig } from "../config/config.ts";
import { clockMs, sleep } from "../process/timers.ts";

const SHORTEST_MS = 1;
const LONGEST_MS = 50;

/**
 * Waits until the kernel's output queue is empty.
 *
 * @param port A port.
 * @param exact Waits until the transmitter is empty as well.
 * @param signal Stops waiting.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function drain(port: DrainedPort, exact: boolean, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const settings = port.effectiveConfig();
  const hadToWait = await untilTaken(port, settings, signal);
  port.checkSent(hadToWait);
  if (!exact) return;
  // Not for ever, since there are drivers that never call a transmitter empty.
  const giveUpAt = clockMs() + transmitterPatienceMs(settings);
  while (port.isTransmitterEmpty() === false && clockMs() < giveUpAt) {
    await sleep(SHORTEST_MS, { signal });
  }
  await port.flush?.(signal);
}

/**
 * Waits for queued output as long as the line needs for it. Closing the port discards the rest.
 *
 * @param port Port that is about to be closed.
 * @returns Bytes that are left; 0 also where the device is gone, and its queue with it.
 */
export async function letOutputGo(port: DrainedPort): Promise<number> {
  if (port.queuesNothing === true) return 0;
  try {
    const queued = port.outputWaiting();
    if (queued === 0) return 0;
    const settings = port.effectiveConfig();
    const mostMs = port.longestOutputMs?.(queued) ?? longestOutputMs(queued, settings.baudRate);
    await untilTaken(port, settings, AbortSignal.timeout(mostMs)).catch(() => undefined);
    return port.outputWaiting();
  } catch {
    return 0;
  }
}

/** @returns Whether there was anything to wait for. */
async function untilTaken(
  port: DrainedPort,
  { baudRate }: Pick<EffectiveConfig, "baudRate">,
  signal: AbortSignal,
): Promise<boolean> {
  let hadToWait = false;
  for (let left = port.outputWaiting(); left > 0; left = port.outputWaiting()) {
    signal.throwIfAborted();
    const lineMs = wireTimeMs(left, baudRate);
    await sleep(Math.min(Math.max(lineMs, SHORTEST_MS), LONGEST_MS), { signal });
    hadToWait = true;
  }
  return hadToWait;
}
