// The kernel's queue on Linux: epoll, whose thread is let go by an eventfd.

import type { Ffi } from "../ffi/ffi.ts";
import type { PollerDriver } from "../posix/readiness/create.ts";
import {
  bindEpoll,
  type EpollEventLayout,
  EpollEvents,
  EpollPoller,
} from "../posix/readiness/epoll.ts";
import { bindEventFd, openEventFdStopper } from "../posix/readiness/event-fd.ts";

/**
 * Builds the driver; nothing is bound before it is needed.
 *
 * @param ffi Foreign-function interface.
 * @param layout The CPU's `struct epoll_event`.
 */
export function epollDriver(ffi: Ffi, layout: EpollEventLayout): PollerDriver<EpollPoller> {
  let epoll: ReturnType<typeof bindEpoll> | undefined;
  let events: EpollEvents | undefined;
  let eventFd: ReturnType<typeof bindEventFd> | undefined;
  return {
    openPoller: () => {
      epoll ??= bindEpoll(ffi);
      events ??= new EpollEvents(layout); // for the next poller too: a port that is opened again makes one
      return new EpollPoller(epoll, layout, events);
    },
    threadQueue: ({ fd }) => ({ kind: "epoll", fd, layout }),
    openStopper: (poller) => {
      eventFd ??= bindEventFd(ffi);
      return openEventFdStopper(eventFd, poller);
    },
  };
}
