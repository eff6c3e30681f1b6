// The poller on macOS and the BSDs: one kqueue, edge-triggered (EV_CLEAR). See kqueue(2) of each
// system; the differences among them (struct, filter numbers, symbol, types) are in the platform's
// table.

import { bindDescriptors } from "../../ffi/descriptors.ts";
import type { CType, Ffi } from "../../ffi/ffi.ts";
import { Struct, type StructLayout } from "../../ffi/struct.ts";
import { pollerError } from "./poller-error.ts";
import { HUNG_UP, type OnEvent, type Poller, READABLE, WRITABLE } from "./readiness.ts";

/** `<sys/event.h>`: the same on every system. */
const EV_ADD = 0x1;
const EV_DELETE = 0x2;
const EV_ONESHOT = 0x10;
const EV_CLEAR = 0x20;
const EV_EOF = 0x8000;

const MOST_EVENTS = 64;
/** Larger than any `struct timespec`. */
const NO_TIME = new Uint8Array(16);

/** Fields of `struct kevent`. */
export type KeventField = "ident" | "filter" | "flags" | "fflags" | "data" | "udata";

/** `kevent(2)` of a system. */
export interface KqueueAbi {
  /** Exported name of the version whose struct is in this table. */
  readonly symbol: string;
  /** C type of the two counts. */
  readonly countType: Extract<CType, "int" | "size">;
  readonly kevent: StructLayout<KeventField>;
  readonly timespec: StructLayout<"tv_sec" | "tv_nsec">;
  readonly EVFILT_READ: number;
  readonly EVFILT_WRITE: number;
  readonly EVFILT_VNODE: number;
  readonly EVFILT_TIMER: number;
}

/** The kqueue calls; failures are `-errno`. */
export interface KqueueCalls {
  create(): number;
  /** Makes one change. */
  change(kq: number, change: Uint8Array): number;
  /** Waits; `events` holds `most` structs. Without a `timeout`, for ever. */
  wait(kq: number, events: Uint8Array, most: number, timeout: Uint8Array | null): number;
  close(kq: number): number;
}

/** Binds the kqueue calls. */
export function bindKqueue(ffi: Ffi, abi: KqueueAbi): KqueueCalls {
  const library = ffi.program();
  type Kevent = (
    kq: number,
    changes: Uint8Array | null,
    changeCount: number,
    events: Uint8Array | null,
    most: number,
    timeout: Uint8Array | null,
  ) => number;
  const create = library.bind<() => number>("kqueue", "int", []);
  const { countType } = abi;
  const parameters = ["int", "bytes", countType, "bytes", countType, "bytes"] as const;
  const kevent = library.bind<Kevent>(abi.symbol, "int", parameters);
  const descriptors = bindDescriptors(ffi);
  const result = (value: number): number => (value < 0 ? -ffi.errno() : value);
  return {
    // A child that is forked has no kqueue: none of these systems hands one down.
    create: () => descriptors.opened(result(create())),
    change: (kq, change) => result(kevent(kq, change, 1, null, 0, null)),
    wait: (kq, events, most, timeout) => result(kevent(kq, null, 0, events, most, timeout)),
    close: (kq) => result(descriptors.close(kq)),
  };
}

/** One change to ask for. */
export interface KqueueChange {
  readonly ident: number;
  readonly filter: number;
  readonly flags: number;
  readonly fflags?: number;
  readonly data?: number;
  readonly token?: number;
}

/** Packs `struct kevent`, always into the same memory. */
export class KqueueChanges {
  readonly #struct: Struct<KeventField>;

  constructor(layout: StructLayout<KeventField>) {
    this.#struct = new Struct(layout);
  }

  /** The bytes of one change. */
  pack({ ident, filter, flags, fflags = 0, data = 0, token = 0 }: KqueueChange): Uint8Array {
    this.#struct.set("ident", ident);
    this.#struct.set("filter", filter);
    this.#struct.set("flags", flags);
    this.#struct.set("fflags", fflags);
    this.#struct.set("data", data);
    this.#struct.set("udata", token);
    return this.#struct.bytes;
  }
}

/** Reads events from the memory that kevent(2) filled. */
export class KqueueEvents {
  readonly bytes: Uint8Array;
  readonly #structs: readonly Struct<KeventField>[];
  readonly #abi: KqueueAbi;

  /**
   * @param abi The system's `kevent(2)`.
   * @param most Number of events that fit.
   */
  constructor(abi: KqueueAbi, most: number = MOST_EVENTS) {
    const { size } = abi.kevent;
    this.#abi = abi;
    this.bytes = new Uint8Array(size * most);
    this.#structs = Array.from(
      { length: most },
      (_, index) => new Struct(abi.kevent, this.bytes.subarray(index * size)),
    );
  }

  /** Number of events that fit. */
  get capacity(): number {
    return this.#structs.length;
  }

  /** Reports the first `count` events. */
  forEach(count: number, onEvent: OnEvent): void {
    for (let index = 0; index < count; index++) {
      const struct = this.#structs[index] as Struct<KeventField>;
      onEvent(struct.get("udata"), this.#readyOf(struct.get("filter"), struct.get("flags")));
    }
  }

  #readyOf(filter: number, flags: number): number {
    const { EVFILT_READ, EVFILT_WRITE } = this.#abi;
    return (
      (filter === EVFILT_READ ? READABLE : 0) |
      (filter === EVFILT_WRITE ? WRITABLE : 0) |
      ((flags & EV_EOF) !== 0 ? HUNG_UP : 0)
    );
  }
}

export class KqueuePoller implements Poller {
  readonly fd: number;
  /** A kqueue counts the events in it, and checks none again before kevent(2). */
  readonly forgetsDrained = false;
  readonly #calls: KqueueCalls;
  readonly #abi: KqueueAbi;
  readonly #changes: KqueueChanges;
  readonly #events: KqueueEvents;
  /** Filters of each descriptor, as bits of interest. */
  readonly #interest = new Map<number, number>();

  constructor(calls: KqueueCalls, abi: KqueueAbi) {
    this.#calls = calls;
    this.#abi = abi;
    this.#changes = new KqueueChanges(abi.kevent);
    this.#events = new KqueueEvents(abi);
    this.fd = calls.create();
    if (this.fd < 0) throw pollerError("kqueue", this.fd);
  }

  add(fd: number, token: number, interest: number): void {
    this.modify(fd, token, interest);
  }

  /**
   * Takes the filters out first: whether adding one again checks the descriptor is not documented.
   */
  modify(fd: number, token: number, interest: number): void {
    this.remove(fd);
    this.#interest.set(fd, interest);
    for (const filter of this.#filters(interest)) {
      const result = this.#change(fd, filter, EV_ADD | EV_CLEAR, token);
      if (result < 0) {
        this.remove(fd);
        throw pollerError("kevent", result);
      }
    }
  }

  /** The kernel has dropped the filters of a descriptor that is closed: then there are none. */
  remove(fd: number): void {
    for (const filter of this.#filters(this.#interest.get(fd) ?? 0)) {
      this.#change(fd, filter, EV_DELETE);
    }
    this.#interest.delete(fd);
  }

  collect(onEvent: OnEvent): void {
    const { bytes, capacity } = this.#events;
    let count: number;
    do {
      count = this.#calls.wait(this.fd, bytes, capacity, NO_TIME);
      this.#events.forEach(count, onEvent);
    } while (count === capacity);
  }

  /** Lets a thread that waits on this queue return once: a timer, which every system has. */
  interrupt(): void {
    const { EVFILT_TIMER } = this.#abi;
    const change = { ident: 1, filter: EVFILT_TIMER, flags: EV_ADD | EV_ONESHOT, data: 1 };
    this.#calls.change(this.fd, this.#changes.pack(change));
  }

  close(): void {
    this.#calls.close(this.fd);
  }

  #filters(interest: number): number[] {
    const { EVFILT_READ, EVFILT_WRITE } = this.#abi;
    if (interest === READABLE) return [EVFILT_READ];
    if (interest === WRITABLE) return [EVFILT_WRITE];
    return interest === 0 ? [] : [EVFILT_READ, EVFILT_WRITE];
  }

  #change(ident: number, filter: number, ...[flags, token = 0]: [number, number?]): number {
    return this.#calls.change(this.fd, this.#changes.pack({ ident, filter, flags, token }));
  }
}
