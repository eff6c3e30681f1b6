// When a device node is opened or closed: one inotify instance per process, only while something is
// watched. See inotify(7). Events are hints to look again: identical ones in a row are merged.

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
const IN_Q_OVERFLOW = 0x4000;
const EVENT_SIZE = 16;

/** The inotify calls; failures are `-errno`. */
export interface InotifyCalls {
  create(): number;
  add(fd: number, path: string): number;
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
    add: (fd, path) => result(add(fd, path, IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE)),
    remove: (fd, watch) => result(remove(fd, watch)),
  };
}

/** Watches device nodes. */
export class DevicePresence {
  readonly #calls: InotifyCalls;
  readonly #libc: Libc;
  readonly #readiness: Readiness;
  readonly #listeners = new Map<number, () => void>();
  readonly #events = new Uint8Array(EVENT_SIZE * 256);
  #instance: { readonly fd: number; readonly watch: Watch } | undefined;

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
    const { fd } = this.#start();
    const id = this.#calls.add(fd, path);
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

  #start(): { readonly fd: number; readonly watch: Watch } {
    if (this.#instance === undefined) {
      const fd = this.#calls.create();
      if (fd < 0) throw failed("inotify_init1", fd);
      const watch = this.#readiness.watch(fd, { onReadable: () => this.#drain(fd) });
      this.#instance = { fd, watch };
    }
    return this.#instance;
  }

  #stopIfUnused(): void {
    if (this.#listeners.size > 0 || this.#instance === undefined) return;
    this.#instance.watch.close();
    this.#libc.close(this.#instance.fd);
    this.#instance = undefined;
  }

  #drain(fd: number): void {
    const view = new DataView(this.#events.buffer);
    const changed = new Set<() => void>();
    let length = this.#libc.read(fd, this.#events, this.#events.length);
    for (; length > 0; length = this.#libc.read(fd, this.#events, this.#events.length)) {
      for (let at = 0; at < length; at += EVENT_SIZE + view.getUint32(at + 12, true)) {
        const isLost = (view.getUint32(at + 4, true) & IN_Q_OVERFLOW) !== 0;
        const listener = this.#listeners.get(view.getInt32(at, true));
        const concerned = isLost ? this.#listeners.values() : listener ? [listener] : [];
        for (const one of concerned) changed.add(one);
      }
    }
    for (const onChange of changed) onChange();
  }
}

function failed(syscall: string, result: number): SerialError {
  return new SerialError(`Cannot watch devices: ${syscall} failed (errno ${-result})`, {
    code: "ERR_SERIAL_INOTIFY",
    errno: -result,
    syscall,
    hint: "raise fs.inotify.max_user_instances and fs.inotify.max_user_watches with sysctl",
  });
}
