// The kernel's queue as the reactor's thread needs it: described by plain data, since it crosses to
// another thread, and waited on there.

import type { Ffi } from "../../ffi/ffi.ts";
import { Struct } from "../../ffi/struct.ts";
import { bindEpoll, type EpollEventLayout, EpollEvents } from "./epoll.ts";
import { bindKqueue, type KqueueAbi, KqueueEvents } from "./kqueue.ts";
import type { OnEvent } from "./readiness.ts";

/** An open queue of either kind. */
export type ThreadQueue =
  | { readonly kind: "epoll"; readonly fd: number; readonly layout: EpollEventLayout }
  | { readonly kind: "kqueue"; readonly fd: number; readonly abi: KqueueAbi };

/**
 * Binds the call that waits.
 *
 * @param ffi Foreign-function interface of this thread.
 * @param queue The queue.
 * @param waitMs Longest time to wait, in milliseconds; -1 waits for ever.
 * @returns Waits once and reports: the number of events, or `-errno`.
 */
export function bindThreadQueue(
  ffi: Ffi,
  queue: ThreadQueue,
  waitMs: number,
): (onEvent: OnEvent) => number {
  const { fd } = queue;
  if (queue.kind === "epoll") {
    const epoll = bindEpoll(ffi);
    const events = new EpollEvents(queue.layout);
    return (onEvent) => {
      const count = epoll.wait(fd, events.bytes, events.capacity, waitMs);
      events.forEach(count, onEvent);
      return count;
    };
  }
  const kqueue = bindKqueue(ffi, queue.abi);
  const events = new KqueueEvents(queue.abi);
  const timeout = waitMs < 0 ? null : timespecOf(queue.abi, waitMs);
  return (onEvent) => {
    const count = kqueue.wait(fd, events.bytes, events.capacity, timeout);
    events.forEach(count, onEvent);
    return count;
  };
}

function timespecOf(abi: KqueueAbi, durationMs: number): Uint8Array {
  const time = new Struct(abi.timespec);
  time.set("tv_sec", Math.floor(durationMs / 1000));
  time.set("tv_nsec", (durationMs % 1000) * 1_000_000);
  return time.bytes;
}
