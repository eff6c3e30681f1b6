// Whether an application has the device of a pty open, looked at again and again: for systems that tell
// of no opening. A look is one poll(2).

import type { WatchedDevice } from "./pty-port.ts";

/** How often, in milliseconds. */
const SAMPLE_MS = 50;

/**
 * Watches presence; does not keep the process alive.
 *
 * @param device What to look at, and who is told. What waits for the device to be opened is told also
 *   where a close and an open came between two looks.
 * @returns Stops watching.
 */
export function samplePresence(device: WatchedDevice): () => void {
  const timer = setInterval(() => {
    const before = device.wasOpen();
    const isOpen = lookAt(device) ?? before;
    if (isOpen !== before || (isOpen && device.isAwaited())) device.onChange();
  }, SAMPLE_MS).unref();
  return () => clearInterval(timer);
}

/** `undefined` where the look fails: nobody is there to hear of it, and the next read or write will. */
function lookAt(device: WatchedDevice): boolean | undefined {
  try {
    return device.isOpen();
  } catch {
    return undefined;
  }
}
