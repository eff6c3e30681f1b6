// eventfd(2) of Linux: lets a thread return that is blocked in epoll_wait(2).

import { bindDescriptors } from "../../ffi/descriptors.ts";
import type { Ffi } from "../../ffi/ffi.ts";
import { pollerError } from "./poller-error.ts";
import type { Stopper } from "./reactor.ts";
import { type Poller, READABLE } from "./readiness.ts";

const EFD_CLOEXEC = 0x80000;
const STOP_TOKEN = 0;

/** The eventfd(2) calls; failures are `-errno`. */
export interface EventFdCalls {
  open(): number;
  /** Makes the descriptor readable for good. */
  signal(fd: number): number;
  close(fd: number): number;
}

/** Binds eventfd(2). */
export function bindEventFd(ffi: Ffi): EventFdCalls {
  const library = ffi.program();
  type Write = (fd: number, value: Uint8Array, length: number) => number;
  const open = library.bind<(initial: number, flags: number) => number>("eventfd", "int", [
    "uint",
    "int",
  ]);
  const write = library.bind<Write>("write", "ssize", ["int", "bytes", "size"]);
  const descriptors = bindDescriptors(ffi);
  const result = (value: number): number => (value < 0 ? -ffi.errno() : value);
  const one = new Uint8Array(new BigUint64Array([1n]).buffer);
  return {
    open: () => descriptors.opened(result(open(0, EFD_CLOEXEC))),
    signal: (fd) => result(write(fd, one, one.length)),
    close: (fd) => result(descriptors.close(fd)),
  };
}

/**
 * Puts a descriptor into a poller that wakes its thread.
 *
 * @throws {@link SerialError} — there are no descriptors left.
 */
export function openEventFdStopper(calls: EventFdCalls, poller: Poller): Stopper {
  const fd = calls.open();
  if (fd < 0) throw pollerError("eventfd", fd);
  try {
    poller.add(fd, STOP_TOKEN, READABLE);
  } catch (error) {
    calls.close(fd);
    throw error;
  }
  return { wake: () => calls.signal(fd), close: () => calls.close(fd) };
}
