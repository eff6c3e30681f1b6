// Chooses the readiness mechanism on Linux: libuv on Node's main thread, else the reactor thread.

import { isMainThread } from "node:worker_threads";
import { UnsupportedPlatformError } from "../errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import { bindEpoll, type EpollEventLayout, EpollPoller } from "../posix/readiness/epoll.ts";
import { bindLibuv, type LibuvCalls, LibuvWaker } from "../posix/readiness/libuv.ts";
import { bindEventFd, ReactorWaker } from "../posix/readiness/reactor.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import { WatchSet } from "../posix/readiness/watch-set.ts";

/** How the event loop is woken. */
export type Mechanism = "libuv" | "reactor";

/** Starting a thread is dear: it outlives the last port for a moment. */
const REACTOR_LINGER_MS = 250;

/**
 * Builds the readiness of this process.
 *
 * @param ffi Foreign-function interface.
 * @param layout The CPU's `struct epoll_event`.
 * @param forced Mechanism to use whatever the runtime is.
 * @throws {@link UnsupportedPlatformError} `ERR_SERIAL_READINESS` — libuv was forced and the
 *   program does not export it.
 */
export function createReadiness(
  ffi: Ffi,
  layout: EpollEventLayout,
  forced: Mechanism | undefined,
): Readiness {
  const openPoller = (): EpollPoller => new EpollPoller(bindEpollOnce(), layout);
  let epoll: ReturnType<typeof bindEpoll> | undefined;
  const bindEpollOnce = (): ReturnType<typeof bindEpoll> => {
    epoll ??= bindEpoll(ffi);
    return epoll;
  };
  const uv = forced === "reactor" ? undefined : usableLibuv(ffi);
  if (uv !== undefined) {
    return new WatchSet({
      mechanism: "libuv",
      lingerMs: 0,
      openPoller,
      startWaker: (poller, onReady) => new LibuvWaker(uv, poller, onReady),
    });
  }
  if (forced === "libuv") {
    throw new UnsupportedPlatformError("Cannot wait by libuv: this program does not export it", {
      code: "ERR_SERIAL_READINESS",
      hint: "unset ANYSERIAL_READINESS, or run on Node.js's main thread",
    });
  }
  const eventFd = bindEventFd(ffi);
  return new WatchSet({
    mechanism: "reactor",
    lingerMs: REACTOR_LINGER_MS,
    openPoller,
    startWaker: (poller, _onReady, onEvent) =>
      new ReactorWaker({ eventFd, poller, layout, onEvent }),
  });
}

/** uv_default_loop() is the main thread's; Bun and Deno export names that they do not implement. */
function usableLibuv(ffi: Ffi): LibuvCalls | undefined {
  const { bun, deno } = process.versions;
  if (!isMainThread || bun !== undefined || deno !== undefined) return undefined;
  return bindLibuv(ffi);
}
