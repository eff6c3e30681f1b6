// Nodes that come and go in the device folder: one inotify instance per process, made on first need and
// kept, because closing one blocks for 10 ms and more. Why not the kernel's uevents: ADR 0008. Who asks
// again and again for the next change misses none: what happens meanwhile waits in the kernel.

import { join } from "node:path";
import type { PortChange, PortWatch } from "../backend/backend.ts";
import { ChangeHub, type ChangeSource } from "../posix/change-hub.ts";
import type { Libc } from "../posix/libc.ts";
import type { Readiness, Watch } from "../posix/readiness/readiness.ts";
import {
  EVENTS_SIZE,
  failed,
  IN_Q_OVERFLOW,
  type InotifyCalls,
  type InotifyEvent,
  readEvents,
} from "./inotify.ts";
import { LINK_FOLDERS } from "./stable-paths.ts";

/** `<sys/inotify.h>`. Writes to a node, which other events tell of, must not wake anybody. */
const IN_ATTRIB = 0x04;
const IN_MOVED_FROM = 0x40;
const IN_MOVED_TO = 0x80;
const IN_CREATE = 0x100;
const IN_DELETE = 0x200;
const IN_ONLYDIR = 0x0100_0000;
/** udev sets the permissions of a node after the kernel has made it: an attribute change. */
const MASK = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;

/** What is needed to watch a folder. */
export interface HotPlugParts {
  readonly calls: InotifyCalls;
  readonly libc: Libc;
  readonly readiness: Readiness;
  /** Folder of the device nodes. */
  readonly dev: string;
}

/** Watches the device folder, and udev's links in it, for any number of listeners. */
export class HotPlug {
  readonly #hub: ChangeHub;

  constructor(parts: HotPlugParts) {
    this.#hub = new ChangeHub(new InotifySource(parts));
  }

  /**
   * Starts to watch.
   *
   * @returns Changes from here on.
   * @throws {@link SerialError} `ERR_SERIAL_INOTIFY` — the folder is missing, or the system's limits
   *   are reached.
   */
  watch(): PortWatch {
    return this.#hub.watch();
  }
}

class InotifySource implements ChangeSource {
  readonly #parts: HotPlugParts;
  readonly #events = new Uint8Array(EVENTS_SIZE);
  /** What each watched folder is called under the device folder, by inotify's number. */
  readonly #folders = new Map<number, string>();
  #fd: number | undefined;
  #watch: Watch | undefined;

  constructor(parts: HotPlugParts) {
    this.#parts = parts;
  }

  start(): void {
    const { calls, readiness, dev } = this.#parts;
    this.#fd ??= check("inotify_init1", calls.create());
    const folder = check("inotify_add_watch", calls.add(this.#fd, dev, MASK));
    this.#folders.set(folder, "");
    this.#watchLinkFolders(this.#fd);
    this.#watch = readiness.watch(this.#fd, {});
  }

  stop(): void {
    this.#watch?.close();
    this.#watch = undefined;
    for (const folder of this.#folders.keys()) this.#parts.calls.remove(this.#fd ?? -1, folder);
    this.#folders.clear();
  }

  wait(): Promise<unknown> {
    return this.#watch?.waitReadable() ?? Promise.resolve();
  }

  cancelWait(): void {
    this.#watch?.cancelReadable();
  }

  take(): PortChange | undefined {
    const { libc } = this.#parts;
    if (this.#fd === undefined) return undefined;
    const gone = new Set<string>();
    let isChanged = false;
    let length = libc.read(this.#fd, this.#events, this.#events.length);
    for (; length > 0; length = libc.read(this.#fd, this.#events, this.#events.length)) {
      for (const event of readEvents(this.#events, length)) {
        isChanged ||= this.#folders.has(event.watch) || (event.mask & IN_Q_OVERFLOW) !== 0;
        if (this.#isGone(event)) gone.add(join(this.#parts.dev, event.name));
      }
    }
    if (!isChanged) return undefined;
    this.#watchLinkFolders(this.#fd);
    return { gone };
  }

  /** udev makes them with the first link and removes them with the last. */
  #watchLinkFolders(fd: number): void {
    for (const name of ["serial", ...LINK_FOLDERS]) {
      const folder = this.#parts.calls.add(fd, join(this.#parts.dev, name), MASK);
      if (folder >= 0) this.#folders.set(folder, name);
    }
  }

  #isGone({ watch, mask, name }: InotifyEvent): boolean {
    const isLeaving = (mask & (IN_DELETE | IN_MOVED_FROM)) !== 0;
    return isLeaving && name !== "" && this.#folders.get(watch) === "";
  }
}

function check(syscall: string, result: number): number {
  if (result < 0) throw failed(syscall, result);
  return result;
}
