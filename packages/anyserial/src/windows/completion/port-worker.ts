// The thread of the completion port: blocked in GetQueuedCompletionStatus, hands the addresses of
// operations over, ends when told to.

import { workerData } from "node:worker_threads";
import { EventRing } from "../../ffi/event-ring.ts";
import { ffi } from "../../ffi/koffi.ts";
import { bindKernel32 } from "../kernel32.ts";
import type { PortWorkerData } from "./completion-port.ts";

const { port, ring: memory, waitMs } = workerData as PortWorkerData;
const ring = new EventRing(memory);
const { nextCompletion } = bindKernel32(ffi);

ring.start();
while (!ring.stopped) {
  const address = nextCompletion(port, waitMs);
  if (address === undefined || address === 0n) continue;
  ring.push(Number(address & 0xffff_ffffn), Number(address >> 32n));
  ring.flush();
}
