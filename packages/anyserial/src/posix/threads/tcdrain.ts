// tcdrain(3) off the event loop, in a thread of its own: only for drivers that do not report
// whether their transmitter is empty.

import { callInThread } from "../../ffi/call-in-thread.ts";
import { tcdrainProgram } from "./tcdrain-worker.program.ts";

/**
 * Waits in tcdrain(3) in a thread.
 *
 * @param fd Open terminal; discarding its output lets the thread go.
 * @param signal From then on the thread does not keep the process alive any more.
 * @returns 0, or `-errno`.
 */
export function tcdrainInThread(fd: number, signal: AbortSignal): Promise<number> {
  return callInThread(tcdrainProgram, fd, signal);
}
