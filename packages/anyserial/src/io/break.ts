// A break of a given length: always taken back, whatever ends the wait.

import { setTimeout as sleep } from "node:timers/promises";
import { underEither } from "../abort.ts";
import type { PortCore } from "./port-core.ts";

/**
 * Holds the break condition.
 *
 * @param core The port.
 * @param durationMs Length, in milliseconds.
 * @param signal Ends the break early: the promise rejects with its reason.
 */
export async function holdBreak(
  core: PortCore,
  durationMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  core.run("sendBreak", (port) => port.setBreak(true));
  core.breaksHeld++;
  const clear = (): void => {
    takeBack();
    if (--core.breaksHeld > 0) return; // another call still holds it
    try {
      core.backendPort.setBreak(false);
    } catch (error) {
      core.noticed(error); // the device is gone, and the break with it
    }
  };
  const takeBack = core.beforeClose(clear);
  try {
    await underEither(core.ending, signal, (either) =>
      sleep(durationMs, undefined, { signal: either }),
    );
  } catch {
    if (!core.isOpen) throw core.endError("sendBreak");
    signal?.throwIfAborted();
  } finally {
    if (core.isOpen) clear();
  }
}
