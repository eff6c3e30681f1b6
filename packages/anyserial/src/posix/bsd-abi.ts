// ABI facts that macOS and the four BSDs share: the common heritage of 4.4BSD. From
// <sys/termios.h>, <sys/ttycom.h>, <sys/filio.h>, <sys/fcntl.h> and <sys/errno.h> of FreeBSD 14,
// NetBSD 10, OpenBSD 6.9, DragonFly 5.9 and the macOS SDK, which agree with the Rust libc crate and
// golang.org/x/sys. Differences are in darwin/abi.ts and bsd/abi.ts. Not in any of them: CMSPAR.

import type { Field } from "../ffi/struct.ts";
import type { PosixAbi, TermiosLayout } from "./posix-abi.ts";
import type { KqueueAbi } from "./readiness/kqueue.ts";

/** Constants that these systems have beyond every POSIX terminal. */
export interface BsdFamilyAbi extends PosixAbi {
  readonly O_RDONLY: number;
  /** Throws queues away; its argument points to `FREAD` or `FWRITE`. */
  readonly TIOCFLUSH: number;
  readonly FREAD: number;
  readonly FWRITE: number;
  readonly kqueue: KqueueAbi;
}

/** An unsigned field of 4 bytes. */
export const u32 = (offset: number): Field => ({ offset, size: 4 });
/** A signed field of 4 bytes. */
export const i32 = (offset: number): Field => ({ offset, size: 4, signed: true });

/**
 * `struct termios` of the four BSDs, 44 bytes. The speeds are signed on OpenBSD and NetBSD.
 *
 * @param speed Makes a field of a speed.
 */
export function bsdTermios(speed: (offset: number) => Field): TermiosLayout {
  return {
    size: 44,
    fields: {
      c_iflag: u32(0),
      c_oflag: u32(4),
      c_cflag: u32(8),
      c_lflag: u32(12),
      c_ispeed: speed(36),
      c_ospeed: speed(40),
    },
    ccOffset: 16,
    ccLength: 20,
  };
}

/** `struct kevent` of macOS, OpenBSD and DragonFly on CPUs of 64 bits; FreeBSD's begins with it. */
export const KEVENT_64: KqueueAbi["kevent"] = {
  size: 32,
  fields: {
    ident: { offset: 0, size: 8 },
    filter: { offset: 8, size: 2, signed: true },
    flags: { offset: 10, size: 2 },
    fflags: u32(12),
    data: { offset: 16, size: 8, signed: true },
    udata: { offset: 24, size: 8 },
  },
};

/** `struct timespec` on CPUs of 64 bits. */
export const TIMESPEC_64: KqueueAbi["timespec"] = {
  size: 16,
  fields: {
    tv_sec: { offset: 0, size: 8, signed: true },
    tv_nsec: { offset: 8, size: 8, signed: true },
  },
};

/** `kevent(2)` of macOS, FreeBSD, OpenBSD and DragonFly, but for the struct. */
export const KEVENT_CALL = {
  symbol: "kevent",
  countType: "int",
  EVFILT_READ: -1,
  EVFILT_WRITE: -2,
  EVFILT_VNODE: -4,
  EVFILT_TIMER: -7,
} as const;

/** Error numbers that are the same on all of them. */
export const BSD_ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  ENOSPC: 28,
  EROFS: 30,
  EPIPE: 32,
  EAGAIN: 35,
  ESHUTDOWN: 58,
  ETIMEDOUT: 60,
  ELOOP: 62,
  ENAMETOOLONG: 63,
  ENOTEMPTY: 66,
  EDQUOT: 69,
  ENOLCK: 77,
  ENOSYS: 78,
} as const;

/** Constants that are the same on all of them. */
export const BSD_FAMILY = {
  O_RDONLY: 0x0,
  O_RDWR: 0x2,
  O_NONBLOCK: 0x4,
  LOCK_EX: 2,
  LOCK_NB: 4,
  LOCK_UN: 8,
  POLLIN: 0x1,
  POLLOUT: 0x4,
  POLLERR: 0x8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  termiosRequests: { get: "TIOCGETA", set: "TIOCSETA" },
  IGNBRK: 0x1,
  BRKINT: 0x2,
  IGNPAR: 0x4,
  PARMRK: 0x8,
  INPCK: 0x10,
  ISTRIP: 0x20,
  INLCR: 0x40,
  IGNCR: 0x80,
  ICRNL: 0x100,
  IXON: 0x200,
  IXOFF: 0x400,
  IXANY: 0x800,
  IMAXBEL: 0x2000,
  OPOST: 0x1,
  CSIZE: 0x300,
  CS5: 0x0,
  CS6: 0x100,
  CS7: 0x200,
  CS8: 0x300,
  CSTOPB: 0x400,
  CREAD: 0x800,
  PARENB: 0x1000,
  PARODD: 0x2000,
  HUPCL: 0x4000,
  CLOCAL: 0x8000,
  CMSPAR: undefined,
  ECHO: 0x8,
  ECHONL: 0x10,
  ISIG: 0x80,
  ICANON: 0x100,
  IEXTEN: 0x400,
  EXTPROC: 0x800,
  VSTART: 12,
  VSTOP: 13,
  VMIN: 16,
  VTIME: 17,
  FIONREAD: 0x4004_667f,
  TIOCOUTQ: 0x4004_7473,
  TIOCFLUSH: 0x8004_7410,
  FREAD: 0x1,
  FWRITE: 0x2,
  TIOCEXCL: 0x2000_740d,
  TIOCNXCL: 0x2000_740e,
  TIOCMGET: 0x4004_746a,
  TIOCMBIC: 0x8004_746b,
  TIOCMBIS: 0x8004_746c,
  TIOCCBRK: 0x2000_747a,
  TIOCSBRK: 0x2000_747b,
} as const;
