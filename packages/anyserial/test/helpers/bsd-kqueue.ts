// kqueue in memory, behind the library's calls: it decodes and encodes `struct kevent` by the
// target's own headers, and keeps the promises of EV_CLEAR, EV_ONESHOT and EV_ADD of an existing
// filter.

import { equal, ok } from "node:assert/strict";
import type { KqueueCalls } from "../../dist/posix/readiness/kqueue.js";
import type { BsdFacts } from "./bsd-facts.ts";

const FILTERS = [
  "EVFILT_READ",
  "EVFILT_WRITE",
  "EVFILT_VNODE",
  "EVFILT_TIMER",
  "EVFILT_MACHPORT",
] as const;
type Filter = (typeof FILTERS)[number];

/** The rest of the system, as a kqueue needs it. */
export interface KqueueSystem {
  newFd(): number;
  closeFd(fd: number): void;
  /** Bytes that a read would find. */
  waitingBytes(): number;
}

interface Knote {
  readonly filter: Filter;
  readonly ident: number;
  readonly flags: number;
  readonly udata: number;
  isActive: boolean;
  isEnded: boolean;
}

/** The kqueues of one process: one at a time is enough for a port. */
export class BsdKqueue implements KqueueCalls {
  readonly #facts: BsdFacts;
  readonly #trace: string[];
  readonly #system: KqueueSystem;
  readonly #knotes = new Map<string, Knote>();
  /** `-errno` of the next calls. */
  readonly results: number[] = [];

  constructor(facts: BsdFacts, trace: string[], system: KqueueSystem) {
    this.#facts = facts;
    this.#trace = trace;
    this.#system = system;
  }

  /** Filters in force, as `EVFILT_READ 7`. */
  get registered(): string[] {
    return [...this.#knotes.values()].map(({ filter, ident }) => `${filter} ${ident}`);
  }

  /** An event of a watched file. */
  touch(filter: Filter, isEnded: boolean = false): void {
    for (const knote of this.#knotes.values()) {
      if (knote.filter !== filter) continue;
      knote.isActive = true;
      knote.isEnded ||= isEnded;
    }
  }

  create(): number {
    const result = this.results.shift() ?? this.#system.newFd();
    this.#trace.push(`kqueue = ${result}`);
    return result;
  }

  close(kq: number): number {
    this.#system.closeFd(kq);
    this.#trace.push(`close ${kq} = 0`);
    return 0;
  }

  change(kq: number, change: Uint8Array): number {
    const { filter, ident, flags, fflags, data, udata } = this.#decode(change);
    const words = [
      `kevent ${kq} ${filter} ident=${ident} ${this.#facts.names("flags", flags)}`,
      ...(fflags === 0 ? [] : [`fflags=${this.#facts.names("fflags", fflags)}`]),
      ...(data === 0 ? [] : [`data=${data}`]),
      ...((flags & this.#facts.constant("EV_ADD")) === 0 ? [] : [`udata=${udata}`]),
    ];
    const result = this.results.shift() ?? this.#register(filter, { ident, flags, udata });
    this.#trace.push(`${words.join(" ")} = ${result}`);
    return result;
  }

  wait(kq: number, events: Uint8Array, ...[most, timeout]: [number, Uint8Array | null]): number {
    const size = this.#facts.size("kevent");
    equal(events.length, size * most, "room for as many events as asked for");
    ok(timeout === null || timeout.length >= this.#facts.size("timespec"), "a whole timespec");
    const forced = this.results.shift();
    if (forced !== undefined) return forced;
    const active = [...this.#knotes.values()].filter((knote) => knote.isActive).slice(0, most);
    for (const [index, knote] of active.entries()) {
      events.set(this.#encode(knote), index * size);
      knote.isActive = (knote.flags & this.#facts.constant("EV_CLEAR")) === 0;
      if ((knote.flags & this.#facts.constant("EV_ONESHOT")) !== 0) this.#drop(knote);
    }
    this.#trace.push(`kevent ${kq} wait = ${active.length}`);
    return active.length;
  }

  #register(filter: Filter, knote: Pick<Knote, "ident" | "flags" | "udata">): number {
    const key = `${filter} ${knote.ident}`;
    if ((knote.flags & this.#facts.constant("EV_DELETE")) !== 0) {
      return this.#knotes.delete(key) ? 0 : -this.#facts.constant("ENOENT");
    }
    const known = this.#knotes.get(key);
    if (known !== undefined) {
      // Whether the descriptor is looked at again is nowhere promised.
      this.#knotes.set(key, { ...known, ...knote });
      return 0;
    }
    const isReadable = filter === "EVFILT_READ" && this.#system.waitingBytes() > 0;
    const isActive = isReadable || filter === "EVFILT_WRITE" || filter === "EVFILT_TIMER";
    this.#knotes.set(key, { ...knote, filter, isActive, isEnded: false });
    return 0;
  }

  #drop({ filter, ident }: Knote): void {
    this.#knotes.delete(`${filter} ${ident}`);
  }

  #decode(change: Uint8Array): Record<"ident" | "flags" | "fflags" | "data" | "udata", number> & {
    readonly filter: Filter;
  } {
    const facts = this.#facts;
    equal(change.length, facts.size("kevent"), "size of struct kevent");
    const value = (field: string): number => facts.read(change, "kevent", field);
    const isSigned = facts.constant("EVFILT_READ") < 0;
    const number = facts.read(change, "kevent", "filter", isSigned);
    const filter = FILTERS.find((name) => facts.find(name) === number);
    if (filter === undefined) throw new Error(`${facts.target} has no filter ${number}`);
    return {
      filter,
      ident: value("ident"),
      flags: value("flags"),
      fflags: value("fflags"),
      data: value("data"),
      udata: value("udata"),
    };
  }

  #encode({ filter, ident, udata, isEnded }: Knote): Uint8Array {
    const facts = this.#facts;
    const bytes = new Uint8Array(facts.size("kevent")).fill(0xee); // fields that are not set are not zero
    const fields: Readonly<Record<string, number>> = {
      ident,
      filter: facts.constant(filter),
      flags: facts.constant("EV_CLEAR") | (isEnded ? facts.constant("EV_EOF") : 0),
      fflags: 0,
      data: 1,
      udata,
    };
    for (const [name, value] of Object.entries(fields)) facts.write(bytes, "kevent", name, value);
    return bytes;
  }
}
