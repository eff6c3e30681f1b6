// Whether a program has read from a device node since the last query. Nothing waits, and a device
// that is not queried costs nothing: a watch is for one read, and set again by the next query. See
// inotify(7). Counting unread bytes would not do: on a pty the kernel fills up the bytes that were
// read at once.

import type { Libc } from "../posix/libc.ts";
import type { ReadMark } from "../posix/pty-system.ts";
import { reportRefusedWatch } from "../process/refused-watch.ts";
import {
  EVENTS_SIZE,
  IN_Q_OVERFLOW,
  type InotifyCalls,
  readEvents,
  watchError,
} from "./inotify.ts";

/** `<sys/inotify.h>` */
const IN_ACCESS = 0x01;
const IN_ONESHOT = 0x8000_0000;

/** Reads of device nodes; makes one inotify instance per process, on first need. */
export class DeviceReads {
  readonly #calls: InotifyCalls;
  readonly #libc: Libc;
  readonly #events = new Uint8Array(EVENTS_SIZE);
  /** Marks that wait for a read, by their watch. */
  readonly #armed = new Map<number, NodeMark>();
  #fd: number | undefined;

  constructor(calls: InotifyCalls, libc: Libc) {
    this.#calls = calls;
    this.#libc = libc;
  }

  /** @param path Device node. */
  mark(path: string): ReadMark {
    return new NodeMark(path, this);
  }

  /** Waits for the next read. @returns Whether it does. */
  arm(mark: NodeMark): boolean {
    this.#fd ??= this.#create();
    if (this.#fd === undefined) return false;
    const watch = this.#calls.add(this.#fd, mark.path, IN_ACCESS + IN_ONESHOT);
    if (watch < 0) {
      reportRefusedWatch("reads", watchError("inotify_add_watch", watch));
      return false;
    }
    this.#armed.set(watch, mark);
    return true;
  }

  /** Takes note of the reads so far. */
  check(): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    let length = this.#libc.read(fd, this.#events, this.#events.length);
    for (; length > 0; length = this.#libc.read(fd, this.#events, this.#events.length)) {
      for (const { watch, mask } of readEvents(this.#events, length)) {
        const isLost = (mask & IN_Q_OVERFLOW) !== 0;
        for (const id of isLost ? [...this.#armed.keys()] : [watch]) this.#happened(id, mask);
      }
    }
  }

  /** Waits no longer. */
  forget(mark: NodeMark): void {
    for (const [watch, one] of this.#armed) {
      if (one !== mark) continue;
      this.#armed.delete(watch);
      if (this.#fd !== undefined) this.#calls.remove(this.#fd, watch);
    }
  }

  /** A read, or the end of the watch, which follows a read too. */
  #happened(watch: number, mask: number): void {
    this.#armed.get(watch)?.happened((mask & IN_ACCESS) !== 0);
    this.#armed.delete(watch);
  }

  /** Without an instance it is not known who reads, which is no failure of the port. */
  #create(): number | undefined {
    const created = this.#calls.create();
    if (created >= 0) return created;
    reportRefusedWatch("reads", watchError("inotify_init1", created));
    return undefined;
  }
}

class NodeMark implements ReadMark {
  readonly path: string;
  readonly #reads: DeviceReads;
  #isArmed = false;
  #wasRead = false;

  constructor(path: string, reads: DeviceReads) {
    this.path = path;
    this.#reads = reads;
  }

  hasRead(): boolean | undefined {
    this.#reads.check();
    const wasRead = this.#wasRead;
    this.#wasRead = false;
    const isKnown = this.#isArmed || wasRead;
    if (!this.#isArmed) this.#isArmed = this.#reads.arm(this);
    return isKnown ? wasRead : undefined;
  }

  /** The watch has ended. */
  happened(wasRead: boolean): void {
    this.#isArmed = false;
    this.#wasRead ||= wasRead;
  }

  close(): void {
    this.#reads.forget(this);
  }
}
