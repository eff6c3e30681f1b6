// Work inside an open folder on macOS: renameatx_np(2) and fstatat(2), which has the struct with inodes of 64
// bits under another name on x64.

import type { Ffi } from "../ffi/ffi.ts";
import type { CallingConvention } from "../posix/libc.ts";
import { bindFolderCalls, type FolderCalls, type RenameKind } from "../posix/links/folder-calls.ts";
import type { DarwinFolderAbi } from "./folder-abi.ts";

export function bindDarwinFolderCalls(
  ffi: Ffi,
  abi: DarwinFolderAbi,
  calling: CallingConvention,
): FolderCalls {
  const library = ffi.program();
  const own64 = (name: string): string =>
    library.has(`${name}$INODE64`) ? `${name}$INODE64` : name;
  type Rename = (...args: [number, string, number, string, number]) => number;
  const types = ["int", "string", "int", "string", "uint"] as const;
  const rename = library.bind<Rename>("renameatx_np", "int", types);
  type Fstatat = (folder: number, name: string, into: Uint8Array, flags: number) => number;
  const fstatat = library.bind<Fstatat>(own64("fstatat"), "int", ["int", "string", "bytes", "int"]);
  type Fstat = (fd: number, into: Uint8Array) => number;
  const fstat = library.bind<Fstat>(own64("fstat"), "int", ["int", "bytes"]);
  const flags = { keep: abi.RENAME_EXCL, swap: abi.RENAME_SWAP } as const;
  const own = {
    abi,
    renameWith: (kind: RenameKind, folder: number, { from, to }: { from: string; to: string }) =>
      rename(folder, from, folder, to, flags[kind]),
    stat: (folder: number, name: string, into: Uint8Array) =>
      fstatat(folder, name, into, abi.AT_SYMLINK_NOFOLLOW),
    statFd: (fd: number, into: Uint8Array) => fstat(fd, into),
  };
  return bindFolderCalls(ffi, own, calling);
}
