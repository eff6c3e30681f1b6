// The thread of an event waiter: blocks in WaitForMultipleObjects, passes on the places of events,
// and ends on request.

import { workerData } from "node:worker_threads";
import { EventRing } from "../../ffi/event-ring.ts";
import { threadFfi } from "../../ffi/thread-ffi.ts";
import type { EventWorkerData } from "./event-waiter.ts";
import { bindEvents } from "./events.ts";

const { events, koffi, ring: memory, waitMs, pointerSize } = workerData as EventWorkerData;
const ring = new EventRing(memory);
const { waitAny } = bindEvents(threadFfi(koffi), pointerSize);

ring.start();
while (!ring.stopped) {
  const place = waitAny(events, waitMs);
  if (place === undefined || place === 0) continue; // the first only wakes
  if (place < 0) break; // the other side learns of an end that it did not request
  ring.push(place - 1, 0);
  ring.flush();
}
