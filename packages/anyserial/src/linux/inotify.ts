// When a device node is opened or closed: one inotify instance per process, made on first need and
// kept, because closing one blocks its thread for 10 ms and more (the kernel waits for its readers).
// See inotify(7). Events are hints to look again: identical ones in a row are merged.

import { SerialError } from "../errors.ts";
import type { Ffi } from "../ffi/ffi.ts";
import type { Libc } from "../posix/libc.ts";
import type { Readiness, Watch } from "../posix/readiness/readiness.ts";

/** `<sys/inotify.h>`; `struct inotify_event` is 16 bytes and a name of `len` bytes. */
const IN_CLOEXEC = 0x80000;
const IN_NONBLOCK = 0x800;
const IN_CLOSE_WRITE = 0x08;
const IN_CLOSE_NOWRITE = 0x10;
const IN_OPEN = 0x20;
const EVENT_SIZE = 16;
/** `<errno.h>`: the same on every CPU. */
const ENOENT = 2;
const PRESENCE = IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE;

/** Bit of an event that tells of events lost before it. */
export const IN_Q_OVERFLOW = 0x4000;
/** Room for the events of one read. */
export const EVENTS_SIZE: number = EVENT_SIZE * 256;

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
  const result = (value: number): number => (value < 0 ? -ffi.errno() : value);
  return {
    create: () => result(create(IN_CLOEXEC | IN_NONBLOCK)),
    add: (fd, path, mask) => result(add(fd, path, mask)),
    remove: (fd, watch) => result(remove(fd, watch)),
  };
}

/** Watches device nodes. */
export class DevicePresence {
  readonly #calls: InotifyCalls;
  readonly #libc: Libc;
  readonly #readiness: Readiness;
  readonly #listeners = new Map<number, () => void>();
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
   * Watches one node; does not keep the process alive.
   *
   * @param path Device node.
   * @param onChange Called after it was opened or closed, by anybody.
   * @returns Stops watching.
   * @throws {@link SerialError} `ERR_SERIAL_INOTIFY` — the system's limits are reached.
   */
  watch(path: string, onChange: () => void): () => void {
    const fd = this.#start();
    const id = this.#calls.add(fd, path, PRESENCE);
    if (id < 0) {
      this.#stopIfUnused();
      throw failed("inotify_add_watch", id);
    }
    this.#listeners.set(id, onChange);
    return () => {
      if (!this.#listeners.delete(id)) return;
      this.#calls.remove(fd, id);
      this.#stopIfUnused();
    };
  }

  #start(): number {
    if (this.#fd === undefined) {
      const created = this.#calls.create();
      if (created < 0) throw failed("inotify_init1", created);
      this.#fd = created;
    }
    const fd = this.#fd;
    this.#watch ??= this.#readiness.watch(fd, { onReadable: () => this.#drain(fd) });
    return fd;
  }

  #stopIfUnused(): void {
    if (this.#listeners.size > 0) return;
    this.#watch?.close();
    this.#watch = undefined;
  }

  #drain(fd: number): void {
    const changed = new Set<() => void>();
    let length = this.#libc.read(fd, this.#events, this.#events.length);
    for (; length > 0; length = this.#libc.read(fd, this.#events, this.#events.length)) {
      for (const { watch, mask } of readEvents(this.#events, length)) {
        const listener = this.#listeners.get(watch);
        const isLost = (mask & IN_Q_OVERFLOW) !== 0;
        const concerned = isLost ? this.#listeners.values() : listener ? [listener] : [];
        for (const one of concerned) changed.add(one);
      }
    }
    for (const onChange of changed) onChange();
  }
}

/** One event. */
export interface InotifyEvent {
  /** What `add()` returned. */
  readonly watch: number;
  /** What happened, in bits. */
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

/** Builds the error of a failed inotify call. */
export function failed(syscall: string, result: number): SerialError {
  return new SerialError(`Cannot watch devices: ${syscall} failed (errno ${-result})`, {
    code: "ERR_SERIAL_INOTIFY",
    errno: -result,
    syscall,
    hint:
      result === -ENOENT
        ? "check that the folder of the device nodes is mounted"
        : "raise fs.inotify.max_user_instances and fs.inotify.max_user_watches with sysctl",
  });
}
