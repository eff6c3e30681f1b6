// Opens the folder of a link, and makes it where it is missing. The way there is gone step by step, each
// step inside the folder before it: a link on the way is followed only if root or this user made it.

import { dirname, join } from "node:path";
import { PortPermissionError } from "../../errors/errors.ts";
import { type Fail, Folder, type FolderSystem } from "./folder.ts";
import type { MadeFolders } from "./made-folders.ts";

/** Links are followed this far, as the kernel does. */
const MOST_LINKS = 40;

export interface OpenFolderOptions {
  /** Builds errors. */
  readonly fail: Fail;
  /** Remembers the folders that were made; with `undefined` none are made. */
  readonly made?: MadeFolders | undefined;
}

/**
 * Opens a folder.
 *
 * @param system Calls.
 * @param path Absolute path.
 * @param options Whether to make it, and how errors are built.
 * @throws {@link PortPermissionError} `ERR_SERIAL_FOREIGN_LINK` — a link of another user is on the way.
 * @throws Errors made by `fail`.
 */
export function openFolder(system: FolderSystem, path: string, options: OpenFolderOptions): Folder {
  const way = new Way(system, path, options);
  try {
    while (way.step());
    return new Folder(system, way.release(), options.fail);
  } finally {
    way.close();
  }
}

class Way {
  readonly #system: FolderSystem;
  readonly #path: string;
  readonly #options: OpenFolderOptions;
  readonly #trusted: ReadonlySet<number>;
  #fd: number | undefined;
  /** Where the descriptor is, without links. */
  #at = "/";
  #left: string[];
  #links = 0;

  constructor(system: FolderSystem, path: string, options: OpenFolderOptions) {
    this.#system = system;
    this.#path = path;
    this.#options = options;
    this.#left = partsOf(path);
    this.#fd = this.#root();
    const root = system.calls.statFd(this.#fd);
    const owner = typeof root === "number" ? [] : [root.uid];
    this.#trusted = new Set([0, process.geteuid?.() ?? 0, ...owner]);
  }

  /** Goes one part further. @returns `false` at the end. */
  step(): boolean {
    const name = this.#left.shift();
    if (name === undefined) return false;
    const { calls, abi } = this.#system;
    const opened = this.#openPart(name);
    if (opened >= 0) {
      this.#goTo(opened, name === ".." ? dirname(this.#at) : join(this.#at, name));
      return true;
    }
    const isNoFolder = opened === -abi.errno.ENOTDIR || opened === -abi.errno.ELOOP;
    if (!isNoFolder) throw this.#options.fail("open", opened);
    const target = calls.readLink(this.#here, name);
    if (typeof target === "number") throw this.#options.fail("open", -abi.errno.ENOTDIR);
    this.#follow(name, target);
    return true;
  }

  /** Hands the descriptor over. */
  release(): { readonly fd: number; readonly path: string } {
    const fd = this.#here;
    this.#fd = undefined;
    return { fd, path: this.#at };
  }

  close(): void {
    if (this.#fd !== undefined) this.#system.calls.close(this.#fd);
    this.#fd = undefined;
  }

  get #here(): number {
    return this.#fd ?? -1;
  }

  #openPart(name: string): number {
    const { calls, abi } = this.#system;
    const { made } = this.#options;
    const opened = calls.open(this.#here, name, { flags: this.#flags });
    if (opened !== -abi.errno.ENOENT || made === undefined) return opened;
    const result = calls.makeFolder(this.#here, name);
    if (result < 0 && result !== -abi.errno.EEXIST) throw this.#options.fail("mkdir", result);
    const again = calls.open(this.#here, name, { flags: this.#flags });
    if (result >= 0 && again >= 0) made.add(join(this.#at, name), calls.statFd(again));
    return again;
  }

  #follow(name: string, target: string): void {
    const { calls, abi } = this.#system;
    const link = calls.stat(this.#here, name);
    if (typeof link === "number") throw this.#options.fail("stat", link);
    if (!this.#trusted.has(link.uid)) throw this.#foreign(join(this.#at, name), target, link.uid);
    if (++this.#links > MOST_LINKS) throw this.#options.fail("open", -abi.errno.ELOOP);
    this.#left = [...partsOf(target), ...this.#left];
    if (target.startsWith("/")) this.#goTo(this.#root(), "/");
  }

  #goTo(fd: number, path: string): void {
    this.close();
    this.#fd = fd;
    this.#at = path;
  }

  #root(): number {
    const opened = this.#system.calls.open(-1, "/", { flags: this.#flags });
    if (opened < 0) throw this.#options.fail("open", opened);
    return opened;
  }

  get #flags(): number {
    const { O_DIRECTORY, O_NOFOLLOW, O_PATH, O_CLOEXEC } = this.#system.abi;
    return O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC;
  }

  #foreign(link: string, target: string, uid: number): PortPermissionError {
    return new PortPermissionError(
      `Cannot create port "${this.#path}": "${link}" is a link of another user (${uid}) to "${target}"`,
      {
        code: "ERR_SERIAL_FOREIGN_LINK",
        path: this.#path,
        operation: "create",
        hint: `name the folder that ${link} leads to, if that is what you mean, or choose another path`,
      },
    );
  }
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
