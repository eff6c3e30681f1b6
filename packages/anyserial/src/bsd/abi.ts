// ABI facts of the four BSDs: constants and struct tables only, where they differ from those that
// posix/bsd-abi.ts has for all. From the headers of FreeBSD 14, NetBSD 10, OpenBSD 6.9 and
// DragonFly 5.9 (<sys/fcntl.h>, <sys/termios.h>, <sys/event.h>, <sys/errno.h>), checked against the
// Rust libc crate and golang.org/x/sys; never run on a BSD kernel by us. CPUs: x64 and arm64 where
// the system has it; ia32 on FreeBSD and OpenBSD. Others are refused.

import {
  BSD_ERRNO,
  BSD_FAMILY,
  type BsdFamilyAbi,
  bsdTermios,
  i32,
  KEVENT_64,
  KEVENT_CALL,
  TIMESPEC_64,
  u32,
} from "../posix/bsd-abi.ts";
import type { KqueueAbi } from "../posix/readiness/kqueue.ts";
import type { BsdVariant } from "./variant.ts";

const CCTS_OFLOW = 0x1_0000;
const CRTS_IFLOW = 0x2_0000;
const CDTR_IFLOW = 0x4_0000;
const CDSR_OFLOW = 0x8_0000;

const BSD = {
  ...BSD_FAMILY,
  O_NOCTTY: 0x8000,
  TERMIOS_GET: 0x402c_7413,
  TERMIOS_SET: 0x802c_7414,
} as const;

/** FreeBSD since 12: `ext` follows, and the default version of the symbol is this one. */
const FREEBSD_KEVENT_64: KqueueAbi["kevent"] = { ...KEVENT_64, size: 64 };
/** `struct kevent` of 32 bits: `data` stays 8 bytes, at an offset of 12. */
const KEVENT_32: KqueueAbi["kevent"] = {
  size: 24,
  fields: {
    ident: u32(0),
    filter: { offset: 4, size: 2, signed: true },
    flags: { offset: 6, size: 2 },
    fflags: u32(8),
    data: { offset: 12, size: 8, signed: true },
    udata: u32(20),
  },
};
/** NetBSD: filters count from 0, filter and flags have 32 bits. */
const NETBSD_KEVENT: KqueueAbi["kevent"] = {
  size: 40,
  fields: {
    ident: { offset: 0, size: 8 },
    filter: u32(8),
    flags: u32(12),
    fflags: u32(16),
    data: { offset: 24, size: 8, signed: true },
    udata: { offset: 32, size: 8 },
  },
};

/** FreeBSD and DragonFly: two halves of each flow control by lines. */
const HALVES = {
  CRTSCTS: CCTS_OFLOW | CRTS_IFLOW,
  DTRDSR: CDTR_IFLOW | CDSR_OFLOW,
  termios: bsdTermios(u32),
} as const;

/** OpenBSD and NetBSD: both halves are one bit, DTR/DSR has none, speeds are signed. */
const WHOLE = { CRTSCTS: CCTS_OFLOW, DTRDSR: undefined, termios: bsdTermios(i32) } as const;

const FREEBSD = {
  ...BSD,
  ...HALVES,
  O_CLOEXEC: 0x10_0000,
  errno: { ...BSD_ERRNO, EOPNOTSUPP: 45, EOVERFLOW: 84, EPROTO: 92 },
} as const;

const OPENBSD = {
  ...BSD,
  ...WHOLE,
  O_CLOEXEC: 0x1_0000,
  errno: { ...BSD_ERRNO, EOPNOTSUPP: 45, EOVERFLOW: 87, ENOTSUP: 91, EPROTO: 95 },
} as const;

const NETBSD = {
  ...BSD,
  ...WHOLE,
  O_CLOEXEC: 0x40_0000,
  errno: { ...BSD_ERRNO, EOPNOTSUPP: 45, EOVERFLOW: 84, ENOTSUP: 86, EPROTO: 96 },
  kqueue: {
    // `kevent` itself is the ABI of before NetBSD 5; this one stays in newer releases.
    symbol: "__kevent50",
    countType: "size",
    kevent: NETBSD_KEVENT,
    timespec: TIMESPEC_64,
    EVFILT_READ: 0,
    EVFILT_WRITE: 1,
    EVFILT_VNODE: 3,
    EVFILT_TIMER: 6,
  },
} as const satisfies BsdFamilyAbi;

const DRAGONFLY = {
  ...BSD,
  ...HALVES,
  O_CLOEXEC: 0x2_0000,
  errno: { ...BSD_ERRNO, EOPNOTSUPP: 45, EOVERFLOW: 84, EPROTO: 92 },
} as const;

const FREEBSD_64 = kqueueOf(FREEBSD, FREEBSD_KEVENT_64, TIMESPEC_64);
const OPENBSD_64 = kqueueOf(OPENBSD, KEVENT_64, TIMESPEC_64);

const ABIS: Readonly<Record<BsdVariant, Readonly<Record<string, BsdFamilyAbi>>>> = {
  freebsd: {
    x64: FREEBSD_64,
    arm64: FREEBSD_64,
    ia32: kqueueOf(
      FREEBSD,
      { ...KEVENT_32, size: 56 },
      { size: 8, fields: { tv_sec: i32(0), tv_nsec: i32(4) } },
    ),
  },
  openbsd: {
    x64: OPENBSD_64,
    arm64: OPENBSD_64,
    ia32: kqueueOf(OPENBSD, KEVENT_32, {
      size: 12,
      fields: { tv_sec: { offset: 0, size: 8, signed: true }, tv_nsec: i32(8) },
    }),
  },
  netbsd: { x64: NETBSD, arm64: NETBSD },
  dragonfly: { x64: kqueueOf(DRAGONFLY, KEVENT_64, TIMESPEC_64) },
};

/**
 * Finds the table of a system and a CPU.
 *
 * @param variant The system.
 * @param arch CPU as Node names it (`process.arch`).
 * @returns The table, or `undefined` where nothing is known.
 */
export function bsdAbi(variant: BsdVariant, arch: string): BsdFamilyAbi | undefined {
  return Object.hasOwn(ABIS[variant], arch) ? ABIS[variant][arch] : undefined;
}

function kqueueOf<Abi extends object>(
  abi: Abi,
  kevent: KqueueAbi["kevent"],
  timespec: KqueueAbi["timespec"],
): Abi & { readonly kqueue: KqueueAbi } {
  return { ...abi, kqueue: { ...KEVENT_CALL, kevent, timespec } };
}
