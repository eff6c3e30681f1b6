// The place of a link: its folder, open, and its lock. Found by the path once, and again when the folder is not
// where the path leads any more.

import { statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { isSerialError } from "../../errors/errors.ts";
import type { Entry, Folder, FolderSystem } from "./folder.ts";
import type { LinkErrors } from "./link-errors.ts";
import { LinkLock } from "./link-lock.ts";
import type { MadeFolders } from "./made-folders.ts";
import { openFolder } from "./open-folder.ts";
import { removeEmptyFolders } from "./remove-folders.ts";

/** Dependencies of a place. */
export interface PlaceParts {
  readonly system: FolderSystem;
  readonly made: MadeFolders;
  readonly path: string;
  readonly errors: LinkErrors;
}

/** Another process may remove the folder just when it was found. */
const MOST_ROUNDS = 10;
const FORBIDDEN: readonly string[] = ["EACCES", "EPERM", "EROFS"];

/** The folder of a path, with the lock of the path in it. */
export class LinkPlace {
  readonly folder: Folder;
  /** Name of the link in the folder. */
  readonly name: string;
  /** Targets of a link there that a process left which is gone. */
  readonly left: ReadonlySet<string>;
  readonly #parts: PlaceParts;
  readonly #lock: LinkLock | undefined;

  private constructor(
    parts: PlaceParts,
    found: { folder: Folder; lock: LinkLock | undefined; left: ReadonlySet<string> },
  ) {
    this.#parts = parts;
    this.folder = found.folder;
    this.name = basename(parts.path);
    this.left = found.left;
    this.#lock = found.lock;
  }

  /**
   * Finds and locks the place; makes the folders that are missing.
   *
   * @param own Targets that are no obstacle at the path.
   * @throws The errors of `parts.errors`.
   */
  static take(parts: PlaceParts, own: ReadonlySet<string>): LinkPlace {
    for (let round = 1; ; round++) {
      try {
        return LinkPlace.#take(parts, own);
      } catch (error) {
        const isGone = isSerialError(error) && error.code === "ENOENT";
        if (!isGone || round === MOST_ROUNDS) throw error;
      }
    }
  }

  /** The path leads to the folder, and the lock is in it. */
  get isInPlace(): boolean {
    const { system, path, errors } = this.#parts;
    let folder: Folder;
    try {
      folder = openFolder(system, dirname(path), { fail: errors.fail });
    } catch {
      return false;
    }
    folder.close();
    return folder.identity === this.folder.identity && (this.#lock?.isInPlace ?? true);
  }

  /** Writes down where the link leads. */
  record(devices: readonly string[]): void {
    this.#lock?.record(devices);
  }

  /** Removes a link to one of these devices. */
  withdraw(devices: ReadonlySet<string>): void {
    try {
      this.folder.remove(this.name, (entry) => leadsTo(entry, devices));
    } catch {
      // The folder is closed to this user by now.
    }
  }

  /**
   * Leaves the place: removes a link to one of these devices, the lock, and those of the created
   * folders that are empty.
   */
  release(devices: ReadonlySet<string>): void {
    const { system, made } = this.#parts;
    const { folder } = this;
    const steps = [
      () => this.withdraw(devices),
      () => this.#lock?.release(),
      () => folder.close(),
      () => removeEmptyFolders(system, made, folder.path),
    ];
    for (const step of steps) {
      try {
        step();
      } catch {
        // The folder is closed to this user by now: the next process that takes the place finds the
        // rest.
      }
    }
  }

  static #take(parts: PlaceParts, own: ReadonlySet<string>): LinkPlace {
    const { system, made, path, errors } = parts;
    if (basename(path) === "") throw errors.taken(); // the root
    // Step by step the way may be longer than any other program could go at once.
    const { PATH_MAX, errno } = system.abi;
    if (Buffer.byteLength(path) >= PATH_MAX) throw errors.fail("open", -errno.ENAMETOOLONG);
    const folder = openFolder(system, dirname(path), { fail: errors.fail, made });
    let lock: LinkLock | undefined;
    try {
      lock = takeLock(parts, folder);
      const left = leftAt(folder.find(basename(path)), new Set([...own, ...(lock?.left ?? [])]));
      if (left === undefined) throw errors.taken();
      return new LinkPlace(parts, { folder, lock, left });
    } catch (error) {
      lock?.release();
      folder.close();
      removeEmptyFolders(system, made, folder.path);
      throw error;
    }
  }
}

/** Whether an entry is a link to one of these devices. */
export function leadsTo(entry: Entry, devices: ReadonlySet<string>): boolean {
  return "target" in entry && devices.has(entry.target);
}

/**
 * A user who may not write to the folder first gets the error that the path is in use, if it is.
 */
function takeLock(parts: PlaceParts, folder: Folder): LinkLock | undefined {
  const { system, path, errors } = parts;
  const name = basename(path);
  try {
    return LinkLock.take({ system, folder, name, fail: errors.fail, refuse: errors.refuse });
  } catch (error) {
    const isForbidden = isSerialError(error) && FORBIDDEN.includes(error.code);
    if (isForbidden && leftAt(folder.find(name), new Set()) === undefined) throw errors.taken();
    throw error;
  }
}

/**
 * Judges the entry at the path.
 *
 * @returns Targets that a link there may have to be replaced; `undefined` for something that must stay.
 */
function leftAt(entry: Entry | undefined, known: ReadonlySet<string>): Set<string> | undefined {
  if (entry === undefined) return new Set();
  if (!("target" in entry)) return undefined;
  const { target } = entry;
  return known.has(target) || isDeadPty(target) ? new Set([target]) : undefined;
}

/** The pty of a process that is gone; its number may be that of another pty soon. */
function isDeadPty(target: string): boolean {
  if (!/^\/dev\/pts\/\d+$/.test(target)) return false;
  return statSync(target, { throwIfNoEntry: false }) === undefined;
}
