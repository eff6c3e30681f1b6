// Whether an application has the device of a pty open, polled: for systems that do not report
// opening. A query is one poll(2).

import { clearInterval, setInterval } from "../process/timers.ts";
import type { WatchedDevice } from "./pty-system.ts";

/** How often, in milliseconds. */
const SAMPLE_MS = 50;

/**
 * Watches presence; does not keep the process alive.
 *
 * @param device The device, and its listener. A wait for the device to be opened is also notified
 *   when a close and an open came between two queries.
 * @returns Stops watching.
 */
export function samplePresence(device: WatchedDevice): () => void {
  const timer = setInterval(() => {
    const before = device.wasOpen();
    const isOpen = poll(device) ?? before;
    if (isOpen !== before || (isOpen && device.isAwaited())) device.onChange();
  }, SAMPLE_MS).unref();
  return () => clearInterval(timer);
}

/** `undefined` where the query fails: the next read or write reports the failure. */
function poll(device: WatchedDevice): boolean | undefined {
  try {
    return device.isOpen();
  } catch {
    return undefined;
  }
}
