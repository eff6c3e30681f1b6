// The reactor's thread: blocks in epoll_wait(2) or kevent(2), passes events on, and ends on
// request.

import { workerData } from "node:worker_threads";
import { EventRing } from "../../ffi/event-ring.ts";
import { threadFfi } from "../../ffi/thread-ffi.ts";
import type { ReactorWorkerData } from "./reactor.ts";
import { bindThreadQueue } from "./thread-queue.ts";

const EINTR = 4;
const { koffi, queue, ring: memory, waitMs } = workerData as ReactorWorkerData;
const ring = new EventRing(memory);
const wait = bindThreadQueue(threadFfi(koffi), queue, waitMs);

ring.start();
while (!ring.stopped) {
  const count = wait((token, ready) => ring.push(token, ready));
  if (count < 0 && count !== -EINTR) break;
  ring.flush();
}
