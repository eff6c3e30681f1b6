// A native call that blocks, in a thread of its own. Not in libuv's pool, where it would hold up files and
// name look-ups.

import { Worker } from "node:worker_threads";

/**
 * Waits for the one message of a worker.
 *
 * @param script Makes the call and posts its result.
 * @param handle What it calls with: a descriptor, or a handle of Windows.
 * @param signal From then on the thread does not keep the process alive any more.
 * @returns What the worker posted.
 */
export function callInThread(script: URL, handle: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: handle, execArgv: [] });
    const letGo = (): void => worker.unref();
    signal.addEventListener("abort", letGo);
    worker.once("exit", () => signal.removeEventListener("abort", letGo));
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
