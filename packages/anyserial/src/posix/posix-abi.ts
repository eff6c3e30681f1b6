// The shape of a POSIX platform's ABI table: filled in by linux/abi.ts, darwin/abi.ts and
// bsd/abi.ts. Names are those of the system headers.

import type { StructLayout } from "../ffi/struct.ts";

/** Integer fields of `struct termios` (`termios2` on Linux). */
type TermiosField = "c_iflag" | "c_oflag" | "c_cflag" | "c_lflag" | "c_ispeed" | "c_ospeed";

/** `struct termios` as the get and set requests use it. */
export interface TermiosLayout extends StructLayout<TermiosField> {
  /** Offset of `c_cc`, in bytes. */
  readonly ccOffset: number;
  /** Number of control characters. */
  readonly ccLength: number;
}

/** Constants that every POSIX terminal has. */
export interface PosixAbi {
  readonly O_RDWR: number;
  readonly O_NOCTTY: number;
  readonly O_NONBLOCK: number;
  readonly O_CLOEXEC: number;

  readonly LOCK_EX: number;
  readonly LOCK_NB: number;
  readonly LOCK_UN: number;

  readonly POLLIN: number;
  readonly POLLOUT: number;
  readonly POLLERR: number;
  readonly POLLHUP: number;
  readonly POLLNVAL: number;

  readonly termios: TermiosLayout;
  /** Request that reads `struct termios`. */
  readonly TERMIOS_GET: number;
  /** Request that sets it at once, leaving the queues alone. */
  readonly TERMIOS_SET: number;
  /** The names of the two requests in the headers. */
  readonly termiosRequests: { readonly get: string; readonly set: string };

  readonly IGNBRK: number;
  readonly BRKINT: number;
  readonly IGNPAR: number;
  readonly PARMRK: number;
  readonly INPCK: number;
  readonly ISTRIP: number;
  readonly INLCR: number;
  readonly IGNCR: number;
  readonly ICRNL: number;
  readonly IXON: number;
  readonly IXANY: number;
  /** A full input queue sends BEL: to the device. */
  readonly IMAXBEL: number;
  readonly IXOFF: number;
  readonly OPOST: number;
  readonly CSIZE: number;
  readonly CS5: number;
  readonly CS6: number;
  readonly CS7: number;
  readonly CS8: number;
  readonly CSTOPB: number;
  readonly CREAD: number;
  readonly PARENB: number;
  readonly PARODD: number;
  readonly HUPCL: number;
  readonly CLOCAL: number;
  /** Flow control by RTS and CTS, both halves of it. */
  readonly CRTSCTS: number;
  /** Flow control by DTR and DSR, both halves of it; `undefined` where the system has none. */
  readonly DTRDSR: number | undefined;
  /** Mark and space parity; `undefined` where the system has none. */
  readonly CMSPAR: number | undefined;
  readonly ECHO: number;
  readonly ECHONL: number;
  readonly ICANON: number;
  readonly ISIG: number;
  readonly IEXTEN: number;
  readonly EXTPROC: number;
  readonly VMIN: number;
  readonly VTIME: number;
  readonly VSTART: number;
  readonly VSTOP: number;

  readonly FIONREAD: number;
  readonly TIOCOUTQ: number;
  readonly TIOCEXCL: number;
  readonly TIOCNXCL: number;
  readonly TIOCMGET: number;
  readonly TIOCMBIS: number;
  readonly TIOCMBIC: number;
  readonly TIOCSBRK: number;
  readonly TIOCCBRK: number;

  /** Error numbers by name. */
  readonly errno: ErrnoTable;
}

/** Error numbers by name; those that the shared code tests are always there. */
export type ErrnoTable = Readonly<Record<string, number>> & {
  readonly EACCES: number;
  readonly EAGAIN: number;
  readonly EEXIST: number;
  readonly EINTR: number;
  readonly EINVAL: number;
  readonly EIO: number;
  readonly ELOOP: number;
  readonly ENAMETOOLONG: number;
  readonly ENOENT: number;
  readonly ENOSYS: number;
  readonly ENOTDIR: number;
  readonly EOPNOTSUPP: number;
  readonly EPERM: number;
};

/** Modem-line bits of TIOCMGET: the same on every system. */
export const TIOCM: Readonly<Record<"DTR" | "RTS" | "CTS" | "CD" | "RI" | "DSR", number>> =
  Object.freeze({
    DTR: 0x002,
    RTS: 0x004,
    CTS: 0x020,
    CD: 0x040,
    RI: 0x080,
    DSR: 0x100,
  });
