// The thread of one FlushFileBuffers: reports the result and ends.

import { parentPort, workerData } from "node:worker_threads";
import { ffi } from "../ffi/koffi.ts";
import { bindKernel32 } from "./kernel32.ts";

parentPort?.postMessage(bindKernel32(ffi).flushFileBuffers(workerData as number));
