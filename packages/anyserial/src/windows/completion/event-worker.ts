// The thread of an event waiter: blocked in WaitForMultipleObjects, hands the places of events over, ends
// when told to.

import { workerData } from "node:worker_threads";
import { EventRing } from "../../ffi/event-ring.ts";
import { ffi } from "../../ffi/koffi.ts";
import type { EventWorkerData } from "./event-waiter.ts";
import { bindEvents } from "./events.ts";

const { events, ring: memory, waitMs, pointerSize } = workerData as EventWorkerData;
const ring = new EventRing(memory);
const { waitAny } = bindEvents(ffi, pointerSize);

ring.start();
while (!ring.stopped) {
  const place = waitAny(events, waitMs);
  if (place === undefined || place === 0) continue; // the first only wakes
  if (place < 0) break; // the other side hears of an end that it did not ask for
  ring.push(place - 1, 0);
  ring.flush();
}
