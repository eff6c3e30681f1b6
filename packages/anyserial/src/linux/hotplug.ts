// Nodes that come and go in the device folder: one inotify instance per process, made on first need and
// kept, because closing one blocks for 10 ms and more. Why not the kernel's uevents: ADR 0008. Who asks
// again and again for the next change misses none: what happens meanwhile waits in the kernel.

import { join } from "node:path";
import type { PortChange, PortWatch } from "../backend/backend.ts";
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
  readonly #parts: HotPlugParts;
  readonly #watchers = new Set<NodeWatch>();
  readonly #events = new Uint8Array(EVENTS_SIZE);
  /** What each watched folder is called under the device folder, by inotify's number. */
  readonly #folders = new Map<number, string>();
  #fd: number | undefined;
  #watch: Watch | undefined;
  #isPumping = false;

  constructor(parts: HotPlugParts) {
    this.#parts = parts;
  }

  /**
   * Starts to watch.
   *
   * @returns Changes from here on.
   * @throws {@link SerialError} `ERR_SERIAL_INOTIFY` — the folder is missing, or the system's limits
   *   are reached.
   */
  watch(): PortWatch {
    this.#start();
    this.#drain(); // what happened before is not for the new one
    const watcher = new NodeWatch({
      onWait: () => void this.#pump(),
      onClose: () => this.#forget(watcher),
    });
    this.#watchers.add(watcher);
    return watcher;
  }

  #start(): void {
    if (this.#watch !== undefined) return;
    const { calls, readiness, dev } = this.#parts;
    this.#fd ??= check("inotify_init1", calls.create());
    const folder = check("inotify_add_watch", calls.add(this.#fd, dev, MASK));
    this.#folders.set(folder, "");
    this.#watchLinkFolders(this.#fd);
    this.#watch = readiness.watch(this.#fd, {});
  }

  /** udev makes them with the first link and removes them with the last. */
  #watchLinkFolders(fd: number): void {
    for (const name of ["serial", ...LINK_FOLDERS]) {
      const folder = this.#parts.calls.add(fd, join(this.#parts.dev, name), MASK);
      if (folder >= 0) this.#folders.set(folder, name);
    }
  }

  #forget(watcher: NodeWatch): void {
    this.#watchers.delete(watcher);
    if (!this.#isWanted()) this.#watch?.cancelReadable(); // what keeps the process alive
    if (this.#watchers.size > 0) return;
    this.#watch?.close();
    this.#watch = undefined;
    for (const folder of this.#folders.keys()) this.#parts.calls.remove(this.#fd ?? -1, folder);
    this.#folders.clear();
  }

  /** Waits for the kernel while anybody waits for a change. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#isWanted()) {
        this.#drain();
        if (this.#isWanted()) await this.#watch?.waitReadable();
      }
    } catch (error) {
      for (const watcher of this.#watchers) watcher.fail(error);
    } finally {
      this.#isPumping = false;
    }
  }

  #isWanted(): boolean {
    return [...this.#watchers].some((watcher) => watcher.isWaiting);
  }

  #drain(): void {
    const { libc } = this.#parts;
    if (this.#fd === undefined) return;
    const gone = new Set<string>();
    let isChanged = false;
    let length = libc.read(this.#fd, this.#events, this.#events.length);
    for (; length > 0; length = libc.read(this.#fd, this.#events, this.#events.length)) {
      for (const event of readEvents(this.#events, length)) {
        isChanged ||= this.#folders.has(event.watch) || (event.mask & IN_Q_OVERFLOW) !== 0;
        if (this.#isGone(event)) gone.add(join(this.#parts.dev, event.name));
      }
    }
    if (!isChanged) return;
    this.#watchLinkFolders(this.#fd);
    for (const watcher of this.#watchers) watcher.tell({ gone });
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

interface NodeWatchParts {
  readonly onWait: () => void;
  readonly onClose: () => void;
}

interface Waiter {
  readonly resolve: (change: PortChange | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** One listener. */
class NodeWatch implements PortWatch {
  readonly #parts: NodeWatchParts;
  #pending: Set<string> | undefined;
  #waiter: Waiter | undefined;
  #isClosed = false;

  constructor(parts: NodeWatchParts) {
    this.#parts = parts;
  }

  get isWaiting(): boolean {
    return this.#waiter !== undefined;
  }

  next(): Promise<PortChange | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return resolve(undefined);
      this.#waiter = { resolve, reject };
      this.#settle();
      if (this.isWaiting) this.#parts.onWait();
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiter?.resolve(undefined);
    this.#waiter = undefined;
    this.#parts.onClose();
  }

  /** Takes a change; kept until somebody asks. */
  tell({ gone }: PortChange): void {
    this.#pending ??= new Set();
    for (const path of gone) this.#pending.add(path);
    this.#settle();
  }

  /** Ends the pending wait. */
  fail(error: unknown): void {
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }

  #settle(): void {
    if (this.#pending === undefined || this.#waiter === undefined) return;
    this.#waiter.resolve({ gone: this.#pending });
    this.#pending = undefined;
    this.#waiter = undefined;
  }
}
