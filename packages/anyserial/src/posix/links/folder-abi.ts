// The shape of the table of numbers for work inside an open folder: linux/folder-abi.ts and
// darwin/folder-abi.ts fill it in. Names are those of the system headers.

import type { Field, StructLayout } from "../../ffi/struct.ts";
import type { ErrnoTable } from "../posix-abi.ts";

/** Constants and layouts of the calls in `FolderCalls`. */
export interface FolderAbi {
  readonly O_RDWR: number;
  readonly O_CREAT: number;
  readonly O_EXCL: number;
  readonly O_NONBLOCK: number;
  readonly O_NOFOLLOW: number;
  readonly O_DIRECTORY: number;
  readonly O_CLOEXEC: number;
  /** Opens a folder for calls below it, also one that may not be listed; 0 where there is no such flag. */
  readonly O_PATH: number;
  readonly AT_REMOVEDIR: number;
  /** Bytes of the longest path, with the NUL at its end. */
  readonly PATH_MAX: number;
  readonly LOCK_EX: number;
  readonly LOCK_NB: number;
  /** Layout of an entry's facts, as the system's call answers them. */
  readonly stat: StatLayout;
  /** Error numbers by name. */
  readonly errno: ErrnoTable;
}

/** `struct statx` or `struct stat`. */
export interface StatLayout extends StructLayout<"uid" | "mode" | "links"> {
  /** Fields that identify an entry: device and inode. */
  readonly identity: readonly Field[];
}

/** The same on every system: `<sys/stat.h>`. */
export const S_IFMT = 0o170000;
/** A regular file. */
export const S_IFREG = 0o100000;
