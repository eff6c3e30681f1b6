// The break condition: always taken back, whatever ends the wait or the port.

import { underEither } from "../abort/abort.ts";
import type { Answer } from "../backend/backend.ts";
import { sleep } from "../process/timers.ts";
import type { SerialCore } from "./port-lifecycle.ts";

/**
 * Asserts the break condition, until it is taken back or the port ends.
 *
 * @param core The port.
 * @returns Takes it back, unless another call still holds it; idempotent, never rejects.
 */
export async function assertBreak(core: SerialCore): Promise<() => Promise<void>> {
  const begun = core.ask("sendBreak", (port): Answer => port.setBreak(true));
  if (begun !== undefined) await begun;
  core.breaksHeld++;
  const clear = async (): Promise<void> => {
    if (!forget()) return;
    if (--core.breaksHeld > 0) return; // another call still holds it
    try {
      const cleared: Answer = core.port.setBreak(false);
      await cleared;
    } catch (error) {
      core.noticed(error); // the device is gone, and the break with it
    }
  };
  const forget = core.beforeClose(() => void clear());
  return clear;
}

/**
 * Holds the break condition for a time.
 *
 * @param core The port.
 * @param durationMs Length, in milliseconds.
 * @param signal Ends the break early: the promise rejects with its reason.
 */
export async function holdBreak(
  core: SerialCore,
  durationMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const clear = await assertBreak(core);
  try {
    await underEither(core.ending, signal, (either) => sleep(durationMs, { signal: either }));
  } catch {
    if (!core.isOpen) throw core.endError("sendBreak");
    signal?.throwIfAborted();
  } finally {
    if (core.isOpen) await clear();
  }
}
