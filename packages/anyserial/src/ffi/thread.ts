// Threads of the library's own. Their programs are texts: a file beside this one would not be found in a
// bundle.

import { Worker } from "node:worker_threads";
import { UnsupportedPlatformError } from "../errors/errors.ts";
import { koffiPath } from "./require-koffi.ts";

/** Data that every thread is started with. */
export interface ThreadData {
  /** Path of koffi. */
  readonly koffi: string;
}

/**
 * Starts a thread.
 *
 * @param program CommonJS, made by scripts/build-threads.mjs of one of the files named …-worker.ts.
 * @param data Data for the thread; koffi's path is added.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_KOFFI` — koffi is in a bundle, and no file of its own.
 */
export function startThread(program: string, data: object): Worker {
  return new Worker(program, {
    eval: true,
    workerData: { ...data, koffi: findKoffi() } satisfies ThreadData,
    execArgv: [],
    stdout: false,
    stderr: false,
  });
}

function findKoffi(): string {
  try {
    return koffiPath();
  } catch (cause) {
    throw new UnsupportedPlatformError(
      "Cannot start a thread: the FFI driver koffi is not found where the program is",
      { code: "ERR_SERIAL_KOFFI", cause },
    );
  }
}
