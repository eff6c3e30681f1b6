// close(2) and tcdrain(3) off the event loop: they wait for as long as the driver, or the chip
// behind it, has bytes to send. The thread is polled, so no callback is needed.

import { clockMs, sleep } from "../../process/timers.ts";
import type { Libc } from "../libc.ts";
import type { NativeCall, NativeThreads } from "./native-threads.ts";

const SHORTEST_MS = 1;
const LONGEST_MS = 20;
/** From <poll.h>: the descriptor is not open. */
const POLLNVAL = 0x20;

/**
 * Closes a descriptor, at once where the driver has nothing to wait for.
 *
 * The kernel waits up to 30 seconds for output (tty_port.c, closing_wait). It may do so for a grace;
 * then the wait is ended, and with it the rest of the output.
 *
 * @param threads Starts threads.
 * @param libc Calls.
 * @param file Descriptor, and the grace in milliseconds.
 */
export async function closeInThread(
  threads: NativeThreads,
  libc: Libc,
  { fd, graceMs }: { readonly fd: number; readonly graceMs: number },
): Promise<void> {
  const call = threads.start("close", fd);
  if (call === undefined) {
    libc.close(fd);
    return;
  }
  const end = clockMs() + graceMs;
  for (let pauseMs = SHORTEST_MS; !call.isDone(); pauseMs = Math.min(pauseMs * 2, LONGEST_MS)) {
    // Only a close that has begun may be ended: its number is free then.
    if (clockMs() > end && libc.poll(fd, 0, 0) === POLLNVAL) call.cancel();
    await sleep(pauseMs);
  }
}

/**
 * Waits in tcdrain(3) until the transmitter is empty.
 *
 * @param threads Starts threads.
 * @param fd Open terminal.
 * @param signal Ends the wait.
 * @returns `false` when there was no thread to wait in.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function tcdrainInNativeThread(
  threads: NativeThreads,
  fd: number,
  signal: AbortSignal,
): Promise<boolean> {
  const call = threads.start("tcdrain", fd);
  if (call === undefined) return false;
  try {
    for (let pauseMs = SHORTEST_MS; !call.isDone(); pauseMs = Math.min(pauseMs * 2, LONGEST_MS)) {
      await sleep(pauseMs, { signal });
    }
    return true;
  } catch (error) {
    call.cancel();
    void untilDone(call);
    throw error;
  }
}

/** The thread's memory is freed then; no caller waits for that. */
async function untilDone(call: NativeCall): Promise<void> {
  while (!call.isDone()) await sleep(LONGEST_MS, { ref: false });
}
