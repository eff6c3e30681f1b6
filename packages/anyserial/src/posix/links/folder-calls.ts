// System calls inside an open folder: its descriptor stays the same folder whatever becomes of its path. A
// failed call returns the negative errno; nothing here throws.

import { bindDescriptors } from "../../ffi/descriptors.ts";
import type { Ffi, NativeLibrary } from "../../ffi/ffi.ts";
import { Struct } from "../../ffi/struct.ts";
import type { CallingConvention } from "../libc.ts";
import type { FolderAbi } from "./folder-abi.ts";

/** Facts about an entry. */
export interface EntryFacts {
  /** User id of its owner. */
  readonly uid: number;
  /** Type and permission bits. */
  readonly mode: number;
  /** Number of names that it has. */
  readonly links: number;
  /** Device and inode: the same for one entry only. */
  readonly identity: string;
}

/** Treatment of an entry that has the new name already. */
export type RenameKind =
  /** Fails: EEXIST. */
  | "keep"
  /** Gives it the old name, in the same step. */
  | "swap";

/** The calls. `folder` is the descriptor of an open folder; no call follows a link in the last place. */
export interface FolderCalls {
  /** openat(2). */
  open(folder: number, name: string, options: { flags: number; mode?: number }): number;
  close(fd: number): number;
  /** mkdirat(2), readable for everybody but for the umask. */
  makeFolder(folder: number, name: string): number;
  /** symlinkat(2): fails when there is anything. */
  makeLink(folder: number, name: string, target: string): number;
  /** readlinkat(2): the target, or `-errno`; EINVAL for an entry that is no link. */
  readLink(folder: number, name: string): string | number;
  /** linkat(2) of an entry itself: adds a name, which must be free. */
  addName(folder: number, name: string, other: string): number;
  /** unlinkat(2), of a folder with `AT_REMOVEDIR`. */
  remove(folder: number, name: string, flags: number): number;
  /** renameat(2), which replaces an entry that has the new name. */
  rename(folder: number, from: string, to: string): number;
  /** The rename that replaces nothing; EINVAL, ENOSYS or ENOTSUP where system or file system has none. */
  renameWith(kind: RenameKind, folder: number, names: { from: string; to: string }): number;
  /** Facts about an entry, or `-errno`. */
  stat(folder: number, name: string): EntryFacts | number;
  /** Facts about an open file, or `-errno`. */
  statFd(fd: number): EntryFacts | number;
  /** flock(2). */
  lock(fd: number, operation: number): number;
  /** pread(2) from the start. */
  read(fd: number, into: Uint8Array): number;
  /** pwrite(2) at the start. */
  write(fd: number, data: Uint8Array): number;
}

/** The calls that each system has by another name. */
export interface OwnFolderCalls {
  /** A rename that keeps or swaps: `-1` and errno, or 0. */
  readonly renameWith: (
    kind: RenameKind,
    folder: number,
    names: { from: string; to: string },
  ) => number;
  /** Fills the system's struct with the facts about an entry, not following a link. */
  readonly stat: (folder: number, name: string, into: Uint8Array) => number;
  /** The same for an open file. */
  readonly statFd: (fd: number, into: Uint8Array) => number;
}

/** Longer targets are cut off: they are none of ours. */
const LONGEST_TARGET = 4096;

/**
 * Binds the calls.
 *
 * @param ffi Foreign-function interface.
 * @param own The system's own.
 * @param convention Calling convention of the platform.
 */
export function bindFolderCalls(
  ffi: Ffi,
  { abi, ...own }: OwnFolderCalls & { readonly abi: FolderAbi },
  convention: CallingConvention,
): FolderCalls {
  const library = ffi.program();
  const result = (value: number): number => (value < 0 ? -ffi.errno() : value);
  const facts = (fill: (bytes: Uint8Array) => number): EntryFacts | number => {
    const bytes = new Uint8Array(abi.stat.size);
    const filled = result(fill(bytes));
    return filled < 0 ? filled : factsOf(abi, bytes);
  };
  const bound = bindShared(library, convention);
  const descriptors = bindDescriptors(ffi);
  return {
    open: (folder, name, { flags, mode = 0 }) =>
      descriptors.opened(result(bound.openat(folder, name, flags, mode))),
    close: (fd) => result(descriptors.close(fd)),
    makeFolder: (folder, name) => result(bound.mkdirat(folder, name, 0o777)),
    makeLink: (folder, name, target) => result(bound.symlinkat(target, folder, name)),
    readLink: (folder, name) => {
      const bytes = new Uint8Array(LONGEST_TARGET);
      const length = result(bound.readlinkat(folder, name, bytes, bytes.length));
      return length < 0 ? length : Buffer.from(bytes.subarray(0, length)).toString("utf8");
    },
    addName: (folder, name, other) => result(bound.linkat(folder, name, folder, other, 0)),
    remove: (folder, name, flags) => result(bound.unlinkat(folder, name, flags)),
    rename: (folder, from, to) => result(bound.renameat(folder, from, folder, to)),
    renameWith: (kind, folder, names) => result(own.renameWith(kind, folder, names)),
    stat: (folder, name) => facts((bytes) => own.stat(folder, name, bytes)),
    statFd: (fd) => facts((bytes) => own.statFd(fd, bytes)),
    lock: (fd, operation) => result(bound.flock(fd, operation)),
    read: (fd, into) => result(bound.pread(fd, into, into.length, 0)),
    write: (fd, data) => result(bound.pwrite(fd, data, data.length, 0)),
  };
}

type Names = (folder: number, name: string, to: number, other: string) => number;

function bindShared(library: NativeLibrary, { variadic }: CallingConvention) {
  const mode = variadic ? (["...", "uint"] as const) : (["uint"] as const);
  const names = ["int", "string", "int", "string"] as const;
  type Transfer = (fd: number, bytes: Uint8Array, length: number, offset: number) => number;
  const transfer = ["int", "bytes", "size", "size"] as const;
  return {
    openat: library.bind<(folder: number, name: string, flags: number, mode: number) => number>(
      "openat",
      "int",
      ["int", "string", "int", ...mode],
    ),
    mkdirat: library.bind<(folder: number, name: string, mode: number) => number>(
      "mkdirat",
      "int",
      ["int", "string", "uint"],
    ),
    symlinkat: library.bind<(target: string, folder: number, name: string) => number>(
      "symlinkat",
      "int",
      ["string", "int", "string"],
    ),
    readlinkat: library.bind<
      (folder: number, name: string, into: Uint8Array, length: number) => number
    >("readlinkat", "ssize", ["int", "string", "bytes", "size"]),
    linkat: library.bind<(...args: [...Parameters<Names>, flags: number]) => number>(
      "linkat",
      "int",
      [...names, "int"],
    ),
    unlinkat: library.bind<(folder: number, name: string, flags: number) => number>(
      "unlinkat",
      "int",
      ["int", "string", "int"],
    ),
    renameat: library.bind<Names>("renameat", "int", names),
    flock: library.bind<(fd: number, operation: number) => number>("flock", "int", ["int", "int"]),
    pread: library.bind<Transfer>("pread", "ssize", transfer),
    pwrite: library.bind<Transfer>("pwrite", "ssize", transfer),
  };
}

function factsOf({ stat }: FolderAbi, bytes: Uint8Array): EntryFacts {
  const struct = new Struct(stat, bytes);
  const identity = stat.identity
    .map(({ offset, size }) => Buffer.from(bytes.subarray(offset, offset + size)).toString("hex"))
    .join("-");
  return {
    uid: struct.get("uid"),
    mode: struct.get("mode"),
    links: struct.get("links"),
    identity,
  };
}
