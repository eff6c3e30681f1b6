// Chooses how the event loop is woken: libuv on Node's main thread, else the reactor's thread. The
// platform brings its poller.

import { isMainThread } from "node:worker_threads";
import { UnsupportedPlatformError } from "../../errors/errors.ts";
import type { Ffi } from "../../ffi/ffi.ts";
import { bindLibuv, type LibuvCalls, LibuvWaker } from "./libuv.ts";
import { ReactorWaker, type Stopper } from "./reactor.ts";
import type { Poller, Readiness } from "./readiness.ts";
import { Registry } from "./registry.ts";
import type { ThreadQueue } from "./thread-queue.ts";

/** How the event loop is woken. */
export type Mechanism = "libuv" | "reactor";

/** The kernel's queue of a platform. */
export interface PollerDriver<P extends Poller = Poller> {
  openPoller(): P;
  /** The same queue for the reactor's thread. */
  threadQueue(poller: P): ThreadQueue;
  /** Makes the object that lets the thread return. */
  openStopper(poller: P): Stopper;
}

/** A program may close its port to open it again. */
const LIBUV_LINGER_MS = 50;
/** Starting a thread is dear: it outlives the last port for a moment. */
const REACTOR_LINGER_MS = 250;

/**
 * Builds the readiness of this process.
 *
 * @param ffi Foreign-function interface.
 * @param driver The platform's queue; nothing of it is used before something is watched.
 * @param forced Mechanism to use whatever the runtime is.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_READINESS` — libuv was forced and the
 *   program does not export it.
 */
export function createReadiness<P extends Poller>(
  ffi: Ffi,
  driver: PollerDriver<P>,
  forced: Mechanism | undefined,
): Readiness {
  const uv = forced === "reactor" ? undefined : usableLibuv(ffi);
  if (uv !== undefined) {
    return new Registry({
      mechanism: "libuv",
      lingerMs: LIBUV_LINGER_MS,
      openPoller: () => driver.openPoller(),
      startWaker: (poller, onReady) => new LibuvWaker(uv, poller, onReady),
    });
  }
  if (forced === "libuv") {
    throw new UnsupportedPlatformError("Cannot wait by libuv: this program does not export it", {
      code: "ERR_SERIAL_READINESS",
      hint: "unset ANYSERIAL_READINESS, or run on Node.js's main thread",
    });
  }
  return new Registry({
    mechanism: "reactor",
    lingerMs: REACTOR_LINGER_MS,
    openPoller: () => driver.openPoller(),
    startWaker: (poller, _onReady, onEvent) =>
      new ReactorWaker({
        queue: driver.threadQueue(poller as P), // the poller that this driver opened
        stopper: driver.openStopper(poller as P),
        onEvent,
      }),
  });
}

/** uv_default_loop() is the main thread's; Bun and Deno export names that they do not implement. */
function usableLibuv(ffi: Ffi): LibuvCalls | undefined {
  const { bun, deno } = process.versions;
  if (!isMainThread || bun !== undefined || deno !== undefined) return undefined;
  return bindLibuv(ffi);
}
