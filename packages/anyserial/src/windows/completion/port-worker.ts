// The thread of the completion port: blocks in GetQueuedCompletionStatus, passes on the addresses
// of operations, and ends on request.

import { workerData } from "node:worker_threads";
import { EventRing } from "../../ffi/event-ring.ts";
import { threadFfi } from "../../ffi/thread-ffi.ts";
import { bindKernel32 } from "../kernel32.ts";
import type { PortWorkerData } from "./completion-port.ts";

const { koffi, port, ring: memory, waitMs } = workerData as PortWorkerData;
const ring = new EventRing(memory);
const { nextCompletion } = bindKernel32(threadFfi(koffi));

ring.start();
while (!ring.stopped) {
  const address = nextCompletion(port, waitMs);
  if (address === undefined || address === 0n) continue;
  ring.push(Number(address & 0xffff_ffffn), Number(address >> 32n));
  ring.flush();
}
