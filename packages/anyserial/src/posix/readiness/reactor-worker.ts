// The reactor's thread: blocked in epoll_wait(2) or kevent(2), hands events over, ends when told to.

import { workerData } from "node:worker_threads";
import { EventRing } from "../../ffi/event-ring.ts";
import { ffi } from "../../ffi/koffi.ts";
import type { ReactorWorkerData } from "./reactor.ts";
import { bindThreadQueue } from "./thread-queue.ts";

const EINTR = 4;
const { queue, ring: memory, waitMs } = workerData as ReactorWorkerData;
const ring = new EventRing(memory);
const wait = bindThreadQueue(ffi, queue, waitMs);

ring.start();
while (!ring.stopped) {
  const count = wait((token, ready) => ring.push(token, ready));
  if (count < 0 && count !== -EINTR) break;
  ring.flush();
}
