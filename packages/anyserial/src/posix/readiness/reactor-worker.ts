// The reactor's thread: blocked in epoll_wait(2), hands events over, ends when told to.

import { workerData } from "node:worker_threads";
import { EventRing } from "../../ffi/event-ring.ts";
import { ffi } from "../../ffi/koffi.ts";
import { bindEpoll, EpollEvents } from "./epoll.ts";
import type { ReactorWorkerData } from "./reactor.ts";

const EINTR = 4;
const { epfd, layout, ring: memory, waitMs } = workerData as ReactorWorkerData;
const ring = new EventRing(memory);
const epoll = bindEpoll(ffi);
const events = new EpollEvents(layout);

ring.start();
while (!ring.stopped) {
  const count = epoll.wait(epfd, events.bytes, events.capacity, waitMs);
  if (count < 0 && count !== -EINTR) break;
  events.forEach(count, (token, ready) => ring.push(token, ready));
  ring.flush();
}
