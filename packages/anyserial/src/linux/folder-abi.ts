// Numbers of Linux for work inside an open folder: asm/fcntl.h, linux/fcntl.h, linux/fs.h, linux/limits.h,
// linux/stat.h and asm/unistd.h of 6.1 and 6.17, checked against the Rust libc crate. `struct statx` is laid out the same on
// every CPU.

import type { Field } from "../ffi/struct.ts";
import type { FolderAbi, StatLayout } from "../posix/links/folder-abi.ts";
import type { ErrnoTable } from "../posix/posix-abi.ts";

/** Constants that Linux has beyond every POSIX folder. */
export interface LinuxFolderAbi extends FolderAbi {
  readonly AT_SYMLINK_NOFOLLOW: number;
  readonly AT_EMPTY_PATH: number;
  readonly STATX_BASIC_STATS: number;
  readonly RENAME_NOREPLACE: number;
  readonly RENAME_EXCHANGE: number;
  /** Number of the call, for a C library that has no function for it. */
  readonly SYS_renameat2: number;
}

const field = (offset: number, size: Field["size"]): Field => ({ offset, size });

/** `struct statx`. */
const STATX: StatLayout = {
  size: 256,
  fields: { links: field(16, 4), uid: field(20, 4), mode: field(28, 2) },
  identity: [field(32, 8), field(136, 4), field(140, 4)],
};

const COMMON = {
  O_RDWR: 0x2,
  O_CREAT: 0x40,
  O_EXCL: 0x80,
  O_NONBLOCK: 0x800,
  O_CLOEXEC: 0x8_0000,
  O_PATH: 0x20_0000,
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_REMOVEDIR: 0x200,
  AT_EMPTY_PATH: 0x1000,
  STATX_BASIC_STATS: 0x7ff,
  RENAME_NOREPLACE: 0x1,
  RENAME_EXCHANGE: 0x2,
  PATH_MAX: 4096,
  LOCK_EX: 2,
  LOCK_NB: 4,
  stat: STATX,
} as const;

/** The generic flags. */
const GENERIC = { ...COMMON, O_DIRECTORY: 0x1_0000, O_NOFOLLOW: 0x2_0000 } as const;
/** Of arm, arm64 and ppc64. */
const OTHER = { ...COMMON, O_DIRECTORY: 0x4000, O_NOFOLLOW: 0x8000 } as const;

const TABLES: Readonly<Record<string, Omit<LinuxFolderAbi, "errno">>> = {
  x64: { ...GENERIC, SYS_renameat2: 316 },
  ia32: { ...GENERIC, SYS_renameat2: 353 },
  arm: { ...OTHER, SYS_renameat2: 382 },
  arm64: { ...OTHER, SYS_renameat2: 276 },
  riscv64: { ...GENERIC, SYS_renameat2: 276 },
  loong64: { ...GENERIC, SYS_renameat2: 276 },
  ppc64: { ...OTHER, SYS_renameat2: 357 },
};

/**
 * Finds the table of a CPU.
 *
 * @param arch CPU as Node names it, one that `linuxAbi()` knows.
 * @param errno Error numbers by name.
 */
export function linuxFolderAbi(arch: string, errno: ErrnoTable): LinuxFolderAbi | undefined {
  const table = Object.hasOwn(TABLES, arch) ? TABLES[arch] : undefined;
  return table === undefined ? undefined : { ...table, errno };
}
