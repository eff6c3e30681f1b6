// Events of nodes and folders, by inotify(7). Events are hints to check again: the kernel merges
// identical ones in a row.

import { getSystemErrorName } from "node:util";
import { isSerialError, SerialError } from "../errors/errors.ts";
import { bindDescriptors } from "../ffi/descriptors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import type { Libc } from "../posix/libc.ts";
import type { Readiness, Watch } from "../posix/readiness/readiness.ts";
import { throwUncaught } from "../process/uncaught.ts";

/** `<sys/inotify.h>`; `struct inotify_event` is 16 bytes and a name of `len` bytes. */
const IN_CLOEXEC = 0x80000;
const IN_NONBLOCK = 0x800;
const IN_MASK_ADD = 0x2000_0000;
const EVENT_SIZE = 16;
/** `<errno.h>`: the same on every CPU. */
const ENOENT = 2;
const EACCES = 13;
const ENOTDIR = 20;
/** Room for the events of one read. */
export const EVENTS_SIZE: number = EVENT_SIZE * 256;

/** Events of a watched node or folder; a folder reports its entries, by name. */
export const IN: {
  readonly [Name in
    | "ATTRIB"
    | "CLOSE_WRITE"
    | "CLOSE_NOWRITE"
    | "OPEN"
    | "MOVED_FROM"
    | "MOVED_TO"
    | "CREATE"
    | "DELETE"
    | "DELETE_SELF"
    | "MOVE_SELF"
    | "ONLYDIR"]: number;
} = Object.freeze({
  ATTRIB: 0x04,
  CLOSE_WRITE: 0x08,
  CLOSE_NOWRITE: 0x10,
  OPEN: 0x20,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  DELETE_SELF: 0x400,
  MOVE_SELF: 0x800,
  ONLYDIR: 0x0100_0000, // no event: only a folder is watched
});
/** Bit of an event that reports events lost before it. */
export const IN_Q_OVERFLOW = 0x4000;
/** Bit of an event that reports the end of the watch: the watched file is gone. */
export const IN_IGNORED = 0x8000;

/** The inotify calls; failures are `-errno`. */
export interface InotifyCalls {
  create(): number;
  add(fd: number, path: string, mask: number): number;
  remove(fd: number, watch: number): number;
}

/** Binds the inotify calls. */
export function bindInotify(ffi: Ffi): InotifyCalls {
  const library = ffi.program();
  type Add = (fd: number, path: string, mask: number) => number;
  const create = library.bind<(flags: number) => number>("inotify_init1", "int", ["int"]);
  const add = library.bind<Add>("inotify_add_watch", "int", ["int", "string", "uint"]);
  const remove = library.bind<(fd: number, watch: number) => number>("inotify_rm_watch", "int", [
    "int",
    "int",
  ]);
  const descriptors = bindDescriptors(ffi);
  const result = (value: number): number => (value < 0 ? -ffi.errno() : value);
  return {
    create: () => descriptors.opened(result(create(IN_CLOEXEC | IN_NONBLOCK))),
    add: (fd, path, mask) => result(add(fd, path, mask)),
    remove: (fd, watch) => result(remove(fd, watch)),
  };
}

/** Called with the events of one wake-up; never with none. */
export type InotifyListener = (events: readonly InotifyEvent[]) => void;

interface Listening {
  readonly mask: number;
  /** Takes no more calls from the moment that it stops, also not for events already read. */
  listener: InotifyListener | undefined;
}

/**
 * The inotify instance of this process: one for all that is watched, because a user has few of them
 * (128 by default). Made on first need and kept: closing one blocks its thread for 10 ms and more, since
 * the kernel waits for its readers.
 */
export class Inotify {
  readonly #calls: InotifyCalls;
  readonly #libc: Libc;
  readonly #readiness: Readiness;
  /** The kernel has one watch for an inode, shared by all listeners. */
  readonly #listening = new Map<number, Set<Listening>>();
  readonly #events = new Uint8Array(EVENTS_SIZE);
  #fd: number | undefined;
  /** Exists only while something is watched. */
  #watch: Watch | undefined;

  constructor(calls: InotifyCalls, libc: Libc, readiness: Readiness) {
    this.#calls = calls;
    this.#libc = libc;
    this.#readiness = readiness;
  }

  /**
   * Watches a node or a folder; does not keep the process alive.
   *
   * @param path Path; links are followed.
   * @param mask Events to report. Lost events (`IN_Q_OVERFLOW`) and the end of the watch
   *   (`IN_IGNORED`) are always reported.
   * @param listener Called with each event.
   * @returns Stops watching.
   * @throws {@link SerialError} `ERR_SERIAL_INOTIFY` — there is nothing at the path, or the system's limits are
   *   reached.
   */
  watch(path: string, mask: number, listener: InotifyListener): () => void {
    const fd = this.#start();
    const id = this.#calls.add(fd, path, mask | IN_MASK_ADD);
    if (id < 0) {
      this.#stopIfUnused();
      throw watchError("inotify_add_watch", id);
    }
    const listening: Listening = { mask, listener };
    const all = this.#listening.get(id) ?? new Set();
    this.#listening.set(id, all.add(listening));
    return () => {
      listening.listener = undefined;
      if (!all.delete(listening) || all.size > 0) return;
      if (this.#listening.get(id) === all) {
        this.#listening.delete(id);
        this.#calls.remove(fd, id);
      }
      this.#stopIfUnused();
    };
  }

  /** Hands out the events that the kernel has reported so far, without waiting for it. */
  collect(): void {
    if (this.#fd === undefined) return;
    const found = new Map<Listening, InotifyEvent[]>();
    let length = this.#libc.read(this.#fd, this.#events, this.#events.length);
    for (; length > 0; length = this.#libc.read(this.#fd, this.#events, this.#events.length)) {
      for (const event of readEvents(this.#events, length)) {
        for (const one of this.#concerned(event)) {
          const events = found.get(one) ?? [];
          found.set(one, events);
          events.push(event);
        }
      }
    }
    for (const [listening, events] of found) callSafely(listening, events);
  }

  *#concerned(event: InotifyEvent): Generator<Listening, undefined> {
    const isLost = (event.mask & IN_Q_OVERFLOW) !== 0;
    if (isLost) for (const all of this.#listening.values()) yield* all;
    const isOver = (event.mask & IN_IGNORED) !== 0;
    const all = this.#listening.get(event.watch) ?? [];
    for (const one of all) if (isOver || (event.mask & one.mask) !== 0) yield one;
    if (isOver) this.#listening.delete(event.watch);
  }

  #start(): number {
    if (this.#fd === undefined) {
      const created = this.#calls.create();
      if (created < 0) throw watchError("inotify_init1", created);
      this.#fd = created;
    }
    this.#watch ??= this.#readiness.watch(this.#fd, { onIdle: () => this.collect() });
    return this.#fd;
  }

  #stopIfUnused(): void {
    if (this.#listening.size > 0) return;
    this.#watch?.close();
    this.#watch = undefined;
  }
}

/** One listener that throws does not keep the others from their events. */
function callSafely({ listener }: Listening, events: readonly InotifyEvent[]): void {
  try {
    listener?.(events);
  } catch (error) {
    throwUncaught(error);
  }
}

export interface InotifyEvent {
  /** The watch descriptor. */
  readonly watch: number;
  /** The event, in bits. */
  readonly mask: number;
  /** Name in the watched folder; empty for the folder itself. */
  readonly name: string;
}

/** Reads the events of one read(2). */
export function* readEvents(bytes: Uint8Array, length: number): Generator<InotifyEvent, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + EVENT_SIZE <= length; ) {
    const end = at + EVENT_SIZE + view.getUint32(at + 12, true);
    const name = Buffer.from(bytes.subarray(at + EVENT_SIZE, end)).toString("utf8");
    yield {
      watch: view.getInt32(at, true),
      mask: view.getUint32(at + 4, true),
      name: name.slice(0, name.indexOf("\0") >>> 0),
    };
    at = end;
  }
}

/** Returns whether watching failed because there is no file at the path. */
export function isNothingThere(error: unknown): boolean {
  if (!isSerialError(error)) return false;
  return error.errno === ENOENT || error.errno === ENOTDIR;
}

/** Returns whether watching failed because this user may not read the file at the path. */
export function isUnreadable(error: unknown): boolean {
  return isSerialError(error) && error.errno === EACCES;
}

/** Builds the error of a failed inotify call. */
export function watchError(syscall: string, result: number): SerialError {
  const code = getSystemErrorName(result);
  return new SerialError(`Cannot watch devices: ${syscall} failed (${code})`, {
    code: "ERR_SERIAL_INOTIFY",
    errno: -result,
    syscall,
    hint: hintOf(-result),
  });
}

function hintOf(errno: number): string {
  if (errno === ENOENT || errno === ENOTDIR) {
    return "check that the folder of the device nodes is mounted";
  }
  if (errno === EACCES) return "let this user read the folder";
  return "raise fs.inotify.max_user_instances or fs.inotify.max_user_watches with sysctl, or end a program that uses many watches";
}
