// An open folder in which a link is kept: entries are made, replaced and removed in that folder,
// even if its path changes, and entries of other programs are never overwritten or removed.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { SerialError } from "../../errors/errors.ts";
import type { FolderAbi } from "./folder-abi.ts";
import type { FolderCalls } from "./folder-calls.ts";

/** System calls on a folder. */
export interface FolderSystem {
  readonly calls: FolderCalls;
  readonly abi: FolderAbi;
}

/** Builds the error of a call that failed with `-errno`. */
export type Fail = (syscall: string, result: number) => SerialError;

/** An entry of a folder. */
export type Entry =
  /** A link, and where it leads. */
  | { readonly target: string }
  /** Anything else: a text that no other entry has. */
  | { readonly identity: string };

/** Other programs may change a name between any two steps: this many rounds are enough. */
const MOST_ROUNDS = 100;

export class Folder {
  readonly fd: number;
  /** Path when it was opened, without links. */
  readonly path: string;
  /** A text that no other folder has. */
  readonly identity: string;
  /** Paths of entries of other programs that lost their name to a third one. */
  readonly setAside: string[] = [];
  readonly #system: FolderSystem;
  readonly #fail: Fail;

  /**
   * @param system Calls.
   * @param opened An open folder; it belongs to the new object.
   * @param fail Builds errors.
   */
  constructor(
    system: FolderSystem,
    opened: { readonly fd: number; readonly path: string },
    fail: Fail,
  ) {
    const facts = system.calls.statFd(opened.fd);
    if (typeof facts === "number") {
      system.calls.close(opened.fd);
      throw fail("stat", facts);
    }
    this.fd = opened.fd;
    this.path = opened.path;
    this.identity = facts.identity;
    this.#system = system;
    this.#fail = fail;
  }

  close(): void {
    this.#system.calls.close(this.fd);
  }

  /**
   * Reads the entry with a name.
   *
   * @returns `undefined` for nothing.
   */
  find(name: string): Entry | undefined {
    const { calls, abi } = this.#system;
    const target = calls.readLink(this.fd, name);
    if (typeof target === "string") return { target };
    if (target === -abi.errno.ENOENT) return undefined;
    if (target !== -abi.errno.EINVAL) throw this.#fail("readlink", target);
    const facts = calls.stat(this.fd, name);
    if (facts === -abi.errno.ENOENT) return undefined;
    if (typeof facts === "number") throw this.#fail("stat", facts);
    return { identity: facts.identity };
  }

  /**
   * Puts a link at a name, in one step. The name is free, or its entry may be replaced: then the
   * two change places, and the replaced entry is checked. If it must not be replaced it gets its
   * place back.
   *
   * @param name Name in the folder.
   * @param target Where the link leads.
   * @param mayReplace Judges the entry with the name.
   * @returns `false` where something has the name that may not be replaced.
   */
  put(name: string, target: string, mayReplace: (entry: Entry) => boolean): boolean {
    const { calls, abi } = this.#system;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const made = calls.makeLink(this.fd, name, target);
      if (made >= 0) return true;
      if (made !== -abi.errno.EEXIST) throw this.#fail("symlink", made);
      const present = this.find(name);
      if (present === undefined) continue;
      if (!mayReplace(present)) return false;
      const outcome = this.#swap(name, target, mayReplace);
      if (outcome !== undefined) return outcome;
    }
    return false;
  }

  /**
   * Removes an entry. It gets a private name first, is checked under that name, and gets its name
   * back where it is another entry.
   *
   * @param name Name in the folder.
   * @param isMeant Judges the entry with the name.
   * @returns Whether it was removed.
   */
  remove(name: string, isMeant: (entry: Entry) => boolean): boolean {
    const { calls, abi } = this.#system;
    const present = this.find(name);
    if (present === undefined || !isMeant(present)) return false;
    const aside = privateName();
    const moved = calls.rename(this.fd, name, aside);
    if (moved === -abi.errno.ENOENT) return false;
    if (moved < 0) throw this.#fail("rename", moved);
    const came = this.find(aside);
    if (came !== undefined && !isMeant(came)) {
      this.#giveBack(aside, name, () => false);
      return false;
    }
    calls.remove(this.fd, aside, 0);
    return true;
  }

  /** @returns Whether the link is there now; `undefined` to start again. */
  #swap(name: string, target: string, mayReplace: (entry: Entry) => boolean): boolean | undefined {
    const { calls, abi } = this.#system;
    const aside = privateName();
    const made = calls.makeLink(this.fd, aside, target);
    if (made < 0) throw this.#fail("symlink", made);
    const swapped = calls.renameWith("swap", this.fd, { from: aside, to: name });
    if (swapped < 0) {
      calls.remove(this.fd, aside, 0);
      if (swapped === -abi.errno.ENOENT) return undefined;
      if (!this.#isUnknown(swapped)) throw this.#fail("rename", swapped);
      this.remove(name, mayReplace); // a system without the swap: the name is free for a moment
      return undefined;
    }
    const came = this.find(aside);
    if (came === undefined || mayReplace(came)) {
      calls.remove(this.fd, aside, 0);
      return true;
    }
    this.#giveBack(aside, name, (entry) => "target" in entry && entry.target === target);
    return false;
  }

  /**
   * Gives the entry of another program its name back. Our own link in its place is removed; an
   * entry that another program put there meanwhile stays, and the first entry keeps its private
   * name.
   */
  #giveBack(aside: string, name: string, isOwn: (entry: Entry) => boolean): void {
    const { calls, abi } = this.#system;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const given = this.#renameKeeping(aside, name);
      if (given >= 0) return;
      if (given !== -abi.errno.EEXIST) break;
      const present = this.find(name);
      if (present === undefined) continue;
      if (!isOwn(present)) break;
      const swapped = calls.renameWith("swap", this.fd, { from: aside, to: name });
      if (swapped === -abi.errno.ENOENT) continue;
      if (swapped < 0) break;
      const came = this.find(aside);
      if (came === undefined || isOwn(came)) {
        calls.remove(this.fd, aside, 0);
        return;
      }
      calls.renameWith("swap", this.fd, { from: aside, to: name });
      break;
    }
    if (this.find(aside) !== undefined) this.setAside.push(join(this.path, aside));
  }

  /** Renames an entry with a private name, and replaces nothing: EEXIST. */
  #renameKeeping(aside: string, name: string): number {
    const { calls, abi } = this.#system;
    const renamed = calls.renameWith("keep", this.fd, { from: aside, to: name });
    if (!this.#isUnknown(renamed)) return renamed;
    const named = calls.addName(this.fd, aside, name);
    if (named >= 0) return calls.remove(this.fd, aside, 0);
    if (named === -abi.errno.EEXIST || named === -abi.errno.ENOENT) return named;
    // A folder, or a file system without second names: the name is free as far as can be seen.
    return this.find(name) === undefined ? calls.rename(this.fd, aside, name) : -abi.errno.EEXIST;
  }

  /** The system or the file system has no such rename. */
  #isUnknown(result: number): boolean {
    const { EINVAL, ENOSYS, EOPNOTSUPP, ENOTSUP = EOPNOTSUPP } = this.#system.abi.errno;
    return [EINVAL, ENOSYS, EOPNOTSUPP, ENOTSUP].some((errno) => result === -errno);
  }
}

/** A name that no other program uses. */
function privateName(): string {
  return `.anyserial-${randomUUID()}`;
}
