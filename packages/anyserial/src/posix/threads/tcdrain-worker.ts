// The thread behind tcdrainInThread().

import { parentPort, workerData } from "node:worker_threads";
import type { CallData } from "../../ffi/call-in-thread.ts";
import { threadFfi } from "../../ffi/thread-ffi.ts";
import { bindTcdrain } from "../libc.ts";

const EINTR = 4; // <errno.h>, the same on every POSIX system
const { handle: fd, koffi } = workerData as CallData;
const tcdrain = bindTcdrain(threadFfi(koffi));
let result: number;
do {
  result = tcdrain(fd);
} while (result === -EINTR);
parentPort?.postMessage(result);
