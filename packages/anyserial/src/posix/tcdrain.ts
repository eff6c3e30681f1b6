// tcdrain(3) off the event loop, in a thread of its own: only for drivers that cannot tell whether
// their transmitter is empty. Not in libuv's pool, where it would hold up files and name look-ups.

import { Worker } from "node:worker_threads";

/**
 * Waits in tcdrain(3) in a thread.
 *
 * @param fd Open terminal; discarding its output lets the thread go.
 * @param signal From then on the thread does not keep the process alive any more.
 * @returns 0, or `-errno`.
 */
export function tcdrainInThread(fd: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./tcdrain-worker.js", import.meta.url), {
      workerData: fd,
      execArgv: [],
    });
    const letGo = (): void => worker.unref();
    signal.addEventListener("abort", letGo);
    worker.once("exit", () => signal.removeEventListener("abort", letGo));
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
