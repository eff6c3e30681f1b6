// Numbers of macOS for work inside an open folder: <sys/fcntl.h>, <sys/stdio.h>, <sys/stat.h> and
// <sys/syslimits.h> of the SDK, checked against the Rust libc crate; never run on a Mac by us.

import type { Field } from "../ffi/struct.ts";
import type { FolderAbi } from "../posix/links/folder-abi.ts";
import type { ErrnoTable } from "../posix/posix-abi.ts";

/** Constants that macOS has beyond every POSIX folder. */
export interface DarwinFolderAbi extends FolderAbi {
  readonly AT_SYMLINK_NOFOLLOW: number;
  readonly RENAME_SWAP: number;
  readonly RENAME_EXCL: number;
}

const field = (offset: number, size: Field["size"]): Field => ({ offset, size });

/**
 * The numbers, the same on both CPUs.
 *
 * @param errno Error numbers by name.
 */
export function darwinFolderAbi(errno: ErrnoTable): DarwinFolderAbi {
  return {
    O_RDWR: 0x2,
    O_NONBLOCK: 0x4,
    O_NOFOLLOW: 0x100,
    O_CREAT: 0x200,
    O_EXCL: 0x800,
    O_DIRECTORY: 0x10_0000,
    O_CLOEXEC: 0x100_0000,
    O_PATH: 0, // a folder on the way has to be readable
    AT_SYMLINK_NOFOLLOW: 0x20,
    AT_REMOVEDIR: 0x80,
    RENAME_SWAP: 0x2,
    RENAME_EXCL: 0x4,
    PATH_MAX: 1024,
    LOCK_EX: 2,
    LOCK_NB: 4,
    // `struct stat` with inodes of 64 bits
    stat: {
      size: 144,
      fields: { mode: field(4, 2), links: field(6, 2), uid: field(16, 4) },
      identity: [field(0, 4), field(8, 8)],
    },
    errno,
  };
}
