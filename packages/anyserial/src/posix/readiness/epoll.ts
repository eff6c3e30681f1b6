// The poller on Linux: one epoll instance, edge-triggered. See epoll(7).

import { bindDescriptors } from "../../ffi/descriptors.ts";
import type { Ffi } from "../../ffi/ffi.ts";
import { Struct, type StructLayout } from "../../ffi/struct.ts";
import { pollerError } from "./poller-error.ts";
import { HUNG_UP, type OnEvent, type Poller, READABLE, WRITABLE } from "./readiness.ts";

/** `<sys/epoll.h>`: the same on every CPU. */
const EPOLL = Object.freeze({
  CLOEXEC: 0x80000,
  CTL_ADD: 1,
  CTL_DEL: 2,
  CTL_MOD: 3,
  IN: 0x001,
  OUT: 0x004,
  ERR: 0x008,
  HUP: 0x010,
  RDHUP: 0x2000,
  ET: 0x8000_0000,
});

const MOST_EVENTS = 64;

/** `struct epoll_event`; only the low half of `data` is used. */
export type EpollEventLayout = StructLayout<"events" | "data">;

/** The epoll calls; failures are `-errno`. */
export interface EpollCalls {
  create(): number;
  control(epfd: number, operation: number, fd: number, event: Uint8Array): number;
  /** Waits; `events` holds `most` structs. */
  wait(epfd: number, events: Uint8Array, most: number, timeoutMs: number): number;
  /** Not by node:fs: Deno refuses descriptors that it did not open. */
  close(epfd: number): number;
}

/** Binds the epoll calls. */
export function bindEpoll(ffi: Ffi): EpollCalls {
  const library = ffi.program();
  type Control = (epfd: number, operation: number, fd: number, event: Uint8Array) => number;
  type Wait = (epfd: number, events: Uint8Array, most: number, timeoutMs: number) => number;
  const create = library.bind<(flags: number) => number>("epoll_create1", "int", ["int"]);
  const control = library.bind<Control>("epoll_ctl", "int", ["int", "int", "int", "bytes"]);
  const wait = library.bind<Wait>("epoll_wait", "int", ["int", "bytes", "int", "int"]);
  const descriptors = bindDescriptors(ffi);
  const result = (value: number): number => (value < 0 ? -ffi.errno() : value);
  return {
    create: () => descriptors.opened(result(create(EPOLL.CLOEXEC))),
    control: (epfd, operation, fd, event) => result(control(epfd, operation, fd, event)),
    wait: (epfd, events, most, timeoutMs) => result(wait(epfd, events, most, timeoutMs)),
    close: (epfd) => result(descriptors.close(epfd)),
  };
}

/** Reads events from the memory that epoll_wait(2) filled. */
export class EpollEvents {
  readonly bytes: Uint8Array;
  readonly #structs: readonly Struct<"events" | "data">[];

  /**
   * @param layout The CPU's `struct epoll_event`.
   * @param most Number of events that fit.
   */
  constructor(layout: EpollEventLayout, most: number = MOST_EVENTS) {
    this.bytes = new Uint8Array(layout.size * most);
    this.#structs = Array.from(
      { length: most },
      (_, index) => new Struct(layout, this.bytes.subarray(index * layout.size)),
    );
  }

  /** Number of events that fit. */
  get capacity(): number {
    return this.#structs.length;
  }

  /** Reports the first `count` events. */
  forEach(count: number, onEvent: OnEvent): void {
    for (let index = 0; index < count; index++) {
      const struct = this.#structs[index] as Struct<"events" | "data">;
      onEvent(struct.get("data"), readyOf(struct.get("events")));
    }
  }
}

export class EpollPoller implements Poller {
  readonly fd: number;
  /** poll(2) on an epoll instance checks each waiting descriptor again (eventpoll.c). */
  readonly forgetsDrained = true;
  readonly #calls: EpollCalls;
  readonly #event: Struct<"events" | "data">;
  readonly #events: EpollEvents;

  constructor(
    calls: EpollCalls,
    layout: EpollEventLayout,
    events: EpollEvents = new EpollEvents(layout),
  ) {
    this.#calls = calls;
    this.#event = new Struct(layout);
    this.#events = events;
    this.fd = calls.create();
    if (this.fd < 0) throw pollerError("epoll_create1", this.fd);
  }

  add(fd: number, token: number, interest: number): void {
    this.#control(EPOLL.CTL_ADD, fd, token, interest);
  }

  modify(fd: number, token: number, interest: number): void {
    this.#control(EPOLL.CTL_MOD, fd, token, interest);
  }

  remove(fd: number): void {
    this.#calls.control(this.fd, EPOLL.CTL_DEL, fd, this.#event.bytes);
  }

  collect(onEvent: OnEvent): void {
    const { bytes, capacity } = this.#events;
    let count: number;
    do {
      count = this.#calls.wait(this.fd, bytes, capacity, 0);
      this.#events.forEach(count, onEvent);
    } while (count === capacity);
  }

  close(): void {
    this.#calls.close(this.fd);
  }

  #control(operation: number, fd: number, token: number, interest: number): void {
    const wanted =
      ((interest & READABLE) !== 0 ? EPOLL.IN : 0) | ((interest & WRITABLE) !== 0 ? EPOLL.OUT : 0);
    this.#event.set("events", (wanted | EPOLL.RDHUP | EPOLL.ET) >>> 0);
    this.#event.set("data", token);
    const result = this.#calls.control(this.fd, operation, fd, this.#event.bytes);
    if (result < 0) throw pollerError("epoll_ctl", result);
  }
}

function readyOf(events: number): number {
  return (
    ((events & EPOLL.IN) !== 0 ? READABLE : 0) |
    ((events & EPOLL.OUT) !== 0 ? WRITABLE : 0) |
    ((events & (EPOLL.ERR | EPOLL.HUP | EPOLL.RDHUP)) !== 0 ? HUNG_UP : 0)
  );
}
