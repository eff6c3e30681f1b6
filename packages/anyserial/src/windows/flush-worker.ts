// The thread of one FlushFileBuffers: reports the result and ends.

import { parentPort, workerData } from "node:worker_threads";
import type { CallData } from "../ffi/call-in-thread.ts";
import { threadFfi } from "../ffi/thread-ffi.ts";
import { bindKernel32 } from "./kernel32.ts";

const { handle, koffi } = workerData as CallData;
parentPort?.postMessage(bindKernel32(threadFfi(koffi)).flushFileBuffers(handle));
