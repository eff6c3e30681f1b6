// A native call that blocks, in a thread of its own. Not in libuv's pool, where it would delay file
// operations and name look-ups.

import { onAbort } from "../abort/on-abort.ts";
import { startThread, type ThreadData } from "./thread.ts";

/** Data that the thread is started with. */
export interface CallData extends ThreadData {
  /** A descriptor, or a handle of Windows. */
  readonly handle: number;
}

/**
 * Waits for the one message of a worker.
 *
 * @param program Makes the call and posts its result.
 * @param handle The first argument of the call: a descriptor, or a handle of Windows.
 * @param signal From then on the thread does not keep the process alive any more.
 * @returns The worker's answer.
 */
export function callInThread(
  program: string,
  handle: number,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = startThread(program, { handle });
    worker.once(
      "exit",
      onAbort(signal, () => worker.unref()),
    );
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
