// Work inside an open folder on Linux: renameat2(2) and statx(2).

import type { Ffi, NativeLibrary } from "../ffi/ffi.ts";
import { bindFolderCalls, type FolderCalls, type RenameKind } from "../posix/links/folder-calls.ts";
import type { LinuxFolderAbi } from "./folder-abi.ts";

export function bindLinuxFolderCalls(ffi: Ffi, abi: LinuxFolderAbi): FolderCalls {
  const library = ffi.program();
  const rename = bindRename(library, abi);
  const flags = { keep: abi.RENAME_NOREPLACE, swap: abi.RENAME_EXCHANGE } as const;
  type Statx = (...args: [number, string, number, number, Uint8Array]) => number;
  const types = ["int", "string", "int", "uint", "bytes"] as const;
  const statx = library.bind<Statx>("statx", "int", types);
  const { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS } = abi;
  const own = {
    abi,
    renameWith: (kind: RenameKind, folder: number, { from, to }: { from: string; to: string }) =>
      rename(folder, from, folder, to, flags[kind]),
    stat: (folder: number, name: string, into: Uint8Array) =>
      statx(folder, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, into),
    statFd: (fd: number, into: Uint8Array) => statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, into),
  };
  return bindFolderCalls(ffi, own, { variadic: false });
}

type Rename = (...args: [number, string, number, string, number]) => number;

/** musl has had no function for the call for years. */
function bindRename(library: NativeLibrary, { SYS_renameat2 }: LinuxFolderAbi): Rename {
  const names = ["int", "string", "int", "string", "uint"] as const;
  if (library.has("renameat2")) return library.bind<Rename>("renameat2", "int", names);
  type Syscall = (number: number, ...args: Parameters<Rename>) => number;
  const syscall = library.bind<Syscall>("syscall", "ssize", ["ulong", "...", ...names]);
  return (...args) => syscall(SYS_renameat2, ...args);
}
