// Nodes that come and go in the device folder, by inotify. Why not the kernel's uevents: ADR 0008.

import { join } from "node:path";
import type { PortChange, PortWatch } from "../backend/backend.ts";
import { type ChangeSource, PortChanges } from "../posix/port-changes.ts";
import { IN, IN_IGNORED, type Inotify, type InotifyEvent, isNothingThere } from "./inotify.ts";
import { LINK_FOLDERS } from "./stable-paths.ts";

/**
 * udev sets the permissions of a node after the kernel has made it: an attribute change. Writes to
 * a node, which cause other events, must not wake a listener.
 */
const MASK = IN.CREATE | IN.DELETE | IN.MOVED_FROM | IN.MOVED_TO | IN.ATTRIB | IN.ONLYDIR;

/** Dependencies of a watch. */
export interface HotPlugParts {
  readonly inotify: Inotify;
  /** Folder of the device nodes. */
  readonly dev: string;
}

/** Watches the device folder, and udev's links in it, for any number of listeners. */
export class HotPlug {
  readonly #hub: PortChanges;

  constructor(parts: HotPlugParts) {
    this.#hub = new PortChanges(new InotifySource(parts));
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
  /** Stops watching, by the name of the folder under the device folder. */
  readonly #folders = new Map<string, () => void>();
  /** Names that went since the last call; `undefined` without a change. */
  #change: Set<string> | undefined;
  #wake: (() => void) | undefined;

  constructor(parts: HotPlugParts) {
    this.#parts = parts;
  }

  start(): void {
    try {
      this.#watch("");
      this.#watchLinkFolders();
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  stop(): void {
    for (const unwatch of this.#folders.values()) unwatch();
    this.#folders.clear();
    this.#change = undefined;
    this.cancelWait();
  }

  wait(): Promise<unknown> {
    return new Promise<void>((resolve) => {
      if (this.#change !== undefined) return resolve();
      this.#wake = resolve;
    });
  }

  cancelWait(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  take(): PortChange | undefined {
    this.#parts.inotify.collect();
    const gone = this.#change;
    this.#change = undefined;
    if (gone === undefined) return undefined;
    this.#watchLinkFolders();
    return { gone };
  }

  /** udev makes them with the first link and removes them with the last. */
  #watchLinkFolders(): void {
    for (const name of ["serial", ...LINK_FOLDERS]) {
      if (this.#folders.has(name)) continue;
      try {
        this.#watch(name);
      } catch (error) {
        if (!isNothingThere(error)) throw error;
      }
    }
  }

  #watch(name: string): void {
    const { dev, inotify } = this.#parts;
    const onEvents = (events: readonly InotifyEvent[]): void => this.#onEvents(name, events);
    this.#folders.set(name, inotify.watch(join(dev, name), MASK, onEvents));
  }

  #onEvents(folder: string, events: readonly InotifyEvent[]): void {
    this.#change ??= new Set();
    for (const { mask, name } of events) {
      if ((mask & IN_IGNORED) !== 0) this.#folders.delete(folder);
      const isLeaving = (mask & (IN.DELETE | IN.MOVED_FROM)) !== 0;
      if (isLeaving && name !== "" && folder === "") this.#change.add(join(this.#parts.dev, name));
    }
    this.cancelWait();
  }
}
