// The thread behind tcdrainInThread().

import { parentPort, workerData } from "node:worker_threads";
import { ffi } from "../ffi/koffi.ts";
import { bindTcdrain } from "./libc.ts";

const EINTR = 4; // <errno.h>, the same on every POSIX system
const tcdrain = bindTcdrain(ffi);
let result: number;
do {
  result = tcdrain(workerData as number);
} while (result === -EINTR);
parentPort?.postMessage(result);
