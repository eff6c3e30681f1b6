// FlushFileBuffers off the event loop, in a thread of its own. Not in libuv's pool, where it would
// hold up files and name look-ups.

import { Worker } from "node:worker_threads";
import type { Handle } from "./kernel32.ts";

/**
 * Waits in FlushFileBuffers in a thread.
 *
 * @param handle Open port; discarding its output lets the thread go.
 * @param signal From then on the thread does not keep the process alive any more.
 * @returns 0, or a negative Win32 error code.
 */
export function flushInThread(handle: Handle, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./flush-worker.js", import.meta.url), {
      workerData: handle,
      execArgv: [],
    });
    const letGo = (): void => worker.unref();
    signal.addEventListener("abort", letGo);
    worker.once("exit", () => signal.removeEventListener("abort", letGo));
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
