// Whether a link is where it was made, polled: for systems that report no changes of a folder, or
// refuse to. A check is a few system calls.

import { clearInterval, setInterval } from "../../process/timers.ts";

/** How often, in milliseconds. */
const SAMPLE_MS = 1000;

/**
 * Calls back once a second; does not keep the process alive.
 *
 * @param onHint Checks the place.
 * @returns Stops it.
 */
export function samplePlace(onHint: () => void): () => void {
  const timer = setInterval(onHint, SAMPLE_MS).unref();
  return () => clearInterval(timer);
}
