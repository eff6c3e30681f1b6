// FlushFileBuffers off the event loop, in a thread of its own.

import { callInThread } from "../ffi/call-in-thread.ts";
import { flushProgram } from "./flush-worker.program.ts";
import type { Handle } from "./kernel32-calls.ts";

/**
 * Waits in FlushFileBuffers in a thread.
 *
 * @param handle Open port; discarding its output lets the thread go.
 * @param signal From then on the thread does not keep the process alive any more.
 * @returns 0, or a negative Win32 error code.
 */
export function flushInThread(handle: Handle, signal: AbortSignal): Promise<number> {
  return callInThread(flushProgram, handle, signal);
}
