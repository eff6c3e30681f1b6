// Notices when a path may lead to another file, by events of the folders that it goes through.
// Where the system refuses one of them, the path is due for a check a second later.

import { existsSync, type FSWatcher, readlinkSync, watch } from "node:fs";
import { dirname, resolve } from "node:path";
import type { PortWatch } from "../backend/backend.ts";
import { reportRefusedWatch } from "../process/refused-watch.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";

/** Links are followed this far, as the kernel does at most 40 times. */
const MOST_LINKS = 8;
/** Delay of the check where events are refused, in milliseconds. */
const CHECK_AFTER_MS = 1000;
/** There is no such folder. */
const MISSING: readonly unknown[] = ["ENOENT", "ENOTDIR"];

export interface PathChange {
  /** Resolves at the next change since the watch began; keeps the process alive until `stop()`. */
  readonly next: Promise<unknown>;
  stop(): void;
}

/** How to watch a folder: `watch()` of node:fs; a parameter for tests. */
export type WatchFolder = typeof watch;

/**
 * Watches every folder that decides what a path leads to.
 *
 * @param path Path.
 * @param hotPlug Called as well, where the folders report nothing.
 * @param watchFolder How to watch a folder.
 */
export function watchPath(
  path: string,
  hotPlug: PortWatch | undefined,
  watchFolder: WatchFolder = watch,
): PathChange {
  const folders = new Folders(watchFolder);
  for (const folder of foldersOf(path)) folders.add(folder);
  const next = hotPlug === undefined ? folders.next : Promise.race([folders.next, hotPlug.next()]);
  next.catch(() => undefined); // there may be no caller that waits for it
  return {
    next,
    stop: () => {
      hotPlug?.close();
      folders.stop();
    },
  };
}

class Folders {
  readonly next: Promise<void>;
  readonly #watchFolder: WatchFolder;
  readonly #watchers: FSWatcher[] = [];
  #notify: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(watchFolder: WatchFolder) {
    this.#watchFolder = watchFolder;
    this.next = new Promise((resolveNext) => {
      this.#notify = resolveNext;
    });
  }

  add({ path, exists }: Folder): void {
    try {
      const watcher = this.#watchFolder(path, { persistent: true }, () => this.#notify());
      this.#watchers.push(watcher.on("error", (error) => this.#refused(error)));
    } catch (error) {
      // One that does not exist is covered by the nearest one that does, if that was not removed just now.
      if (exists) this.#refused(error);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }

  #refused(error: unknown): void {
    const isMissing = MISSING.includes((error as { readonly code?: unknown }).code);
    if (!isMissing) reportRefusedWatch("paths", error);
    this.#timer ??= setTimeout(this.#notify, CHECK_AFTER_MS);
  }
}

interface Folder {
  readonly path: string;
  readonly exists: boolean;
}

/** The folder of the path, of every link on the way, and their parents up to one that exists. */
function foldersOf(path: string): Folder[] {
  const folders = new Map<string, boolean>();
  let at = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    for (let folder = dirname(at); ; folder = dirname(folder)) {
      const exists = existsSync(folder);
      folders.set(folder, exists);
      if (exists || folder === dirname(folder)) break;
    }
    try {
      at = resolve(dirname(at), readlinkSync(at));
    } catch {
      break; // no link, or nothing there
    }
  }
  return [...folders].map(([folder, exists]) => ({ path: folder, exists }));
}
