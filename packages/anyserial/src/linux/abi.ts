// Linux ABI facts: constants and struct tables only. From the kernel's UAPI headers (6.1 and 6.17:
// asm/termbits.h, asm/ioctls.h, linux/serial.h, sys/epoll.h), checked against glibc, musl, the Rust
// libc crate and golang.org/x/sys. The generic numbers hold for x64, ia32, arm, arm64, riscv64 and
// loong64; ppc64 differs; mips, sparc, alpha and s390x are not in the table and are refused.

import type { Field, StructLayout } from "../ffi/struct.ts";
import type { PosixAbi, TermiosLayout } from "../posix/posix-abi.ts";

/** Constants that Linux has beyond every POSIX terminal. */
export interface LinuxAbi extends PosixAbi {
  readonly CBAUD: number;
  readonly CIBAUD: number;
  readonly BOTHER: number;
  /** Codes of the standard rates, by rate in baud. */
  readonly SPEED_CODES: Readonly<Record<number, number>>;

  readonly TCFLSH: number;
  readonly TCIFLUSH: number;
  readonly TCOFLUSH: number;
  readonly TCSBRK: number;
  readonly TIOCSERGETLSR: number;
  readonly TIOCSER_TEMT: number;
  readonly TIOCGICOUNT: number;
  readonly TIOCGSERIAL: number;
  readonly TIOCSSERIAL: number;
  readonly TIOCGRS485: number;
  readonly TIOCSRS485: number;
  readonly TIOCGPTN: number;
  readonly TIOCSPTLCK: number;
  readonly TIOCGPTPEER: number;
  readonly TIOCGDEV: number;
  readonly TIOCGEXCL: number;
  readonly TCXONC: number;
  readonly TIOCGETD: number;
  readonly TIOCSETD: number;
  readonly TIOCSSOFTCAR: number;
  readonly TIOCSWINSZ: number;
  readonly TIOCGLCKTRMIOS: number;
  readonly TIOCSLCKTRMIOS: number;

  readonly ASYNC_LOW_LATENCY: number;
  readonly SER_RS485_ENABLED: number;
  readonly SER_RS485_RTS_ON_SEND: number;
  readonly SER_RS485_RTS_AFTER_SEND: number;
  readonly SER_RS485_RX_DURING_TX: number;

  readonly epollEvent: StructLayout<"events" | "data">;
  readonly serialStruct: StructLayout<"type" | "flags">;
  readonly serialIcounter: StructLayout<IcounterField>;
  readonly serialRs485: StructLayout<"flags" | "delay_rts_before_send" | "delay_rts_after_send">;
}

/** Counters of `struct serial_icounter_struct`. */
export type IcounterField =
  | "cts"
  | "dsr"
  | "rng"
  | "dcd"
  | "frame"
  | "overrun"
  | "parity"
  | "brk"
  | "buf_overrun";

/** Major numbers of UNIX 98 pty devices (Documentation/admin-guide/devices.txt). */
export const PTY_DEVICE_MAJORS: { readonly first: number; readonly last: number } = Object.freeze({
  first: 136,
  last: 143,
});

const u32 = (offset: number): Field => ({ offset, size: 4 });
const i32 = (offset: number): Field => ({ offset, size: 4, signed: true });

/** `struct termios2`, 44 bytes. */
const TERMIOS2: TermiosLayout = {
  size: 44,
  fields: {
    c_iflag: u32(0),
    c_oflag: u32(4),
    c_cflag: u32(8),
    c_lflag: u32(12),
    c_ispeed: u32(36),
    c_ospeed: u32(40),
  },
  ccOffset: 17,
  ccLength: 19,
};

const COMMON = {
  O_RDWR: 0x2,
  O_NOCTTY: 0x100,
  O_NONBLOCK: 0x800,
  O_CLOEXEC: 0x80000,
  LOCK_EX: 2,
  LOCK_NB: 4,
  LOCK_UN: 8,
  POLLIN: 0x1,
  POLLOUT: 0x4,
  POLLERR: 0x8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  IGNBRK: 0x1,
  BRKINT: 0x2,
  IGNPAR: 0x4,
  PARMRK: 0x8,
  INPCK: 0x10,
  ISTRIP: 0x20,
  INLCR: 0x40,
  IGNCR: 0x80,
  ICRNL: 0x100,
  IXANY: 0x800,
  IMAXBEL: 0x2000,
  OPOST: 0x1,
  CRTSCTS: 0x8000_0000,
  DTRDSR: undefined,
  termiosRequests: { get: "TCGETS", set: "TCSETS" },
  CMSPAR: 0x4000_0000,
  ECHO: 0x8,
  TIOCEXCL: 0x540c,
  TIOCNXCL: 0x540d,
  TIOCMGET: 0x5415,
  TIOCMBIS: 0x5416,
  TIOCMBIC: 0x5417,
  TIOCSBRK: 0x5427,
  TIOCCBRK: 0x5428,
  TCIFLUSH: 0,
  TCOFLUSH: 1,
  TIOCSERGETLSR: 0x5459,
  TIOCSER_TEMT: 0x1,
  TIOCGICOUNT: 0x545d,
  TIOCGSERIAL: 0x541e,
  TIOCSSERIAL: 0x541f,
  TIOCGRS485: 0x542e,
  TIOCSRS485: 0x542f,
  TIOCGETD: 0x5424,
  TIOCSETD: 0x5423,
  TIOCSSOFTCAR: 0x541a,
  TIOCGLCKTRMIOS: 0x5456,
  TIOCSLCKTRMIOS: 0x5457,
  ASYNC_LOW_LATENCY: 0x2000,
  SER_RS485_ENABLED: 0x1,
  SER_RS485_RTS_ON_SEND: 0x2,
  SER_RS485_RTS_AFTER_SEND: 0x4,
  SER_RS485_RX_DURING_TX: 0x10,
  serialIcounter: {
    size: 80,
    fields: {
      cts: i32(0),
      dsr: i32(4),
      rng: i32(8),
      dcd: i32(12),
      frame: i32(24),
      overrun: i32(28),
      parity: i32(32),
      brk: i32(36),
      buf_overrun: i32(40),
    },
  },
  serialRs485: {
    size: 32,
    fields: { flags: u32(0), delay_rts_before_send: u32(4), delay_rts_after_send: u32(8) },
  },
  errno: Object.freeze({
    EPERM: 1,
    ENOENT: 2,
    EINTR: 4,
    EIO: 5,
    ENXIO: 6,
    EBADF: 9,
    EAGAIN: 11,
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
    EFBIG: 27,
    ENOSPC: 28,
    EROFS: 30,
    EPIPE: 32,
    ENAMETOOLONG: 36,
    ENOLCK: 37,
    ENOSYS: 38,
    ENOTEMPTY: 39,
    ELOOP: 40,
    EPROTO: 71,
    EOVERFLOW: 75,
    EOPNOTSUPP: 95,
    ETIMEDOUT: 110,
    ESHUTDOWN: 108,
    EDQUOT: 122,
  }),
} as const;

const GENERIC = {
  ...COMMON,
  termios: TERMIOS2,
  TERMIOS_GET: 0x802c_542a,
  TERMIOS_SET: 0x402c_542b,
  IXON: 0x400,
  IXOFF: 0x1000,
  CSIZE: 0x30,
  CS5: 0x0,
  CS6: 0x10,
  CS7: 0x20,
  CS8: 0x30,
  CSTOPB: 0x40,
  CREAD: 0x80,
  PARENB: 0x100,
  PARODD: 0x200,
  HUPCL: 0x400,
  CLOCAL: 0x800,
  ECHONL: 0x40,
  ICANON: 0x2,
  ISIG: 0x1,
  IEXTEN: 0x8000,
  EXTPROC: 0x10000,
  VMIN: 6,
  VTIME: 5,
  VSTART: 8,
  VSTOP: 9,
  FIONREAD: 0x541b,
  TIOCOUTQ: 0x5411,
  TCFLSH: 0x540b,
  TCSBRK: 0x5409,
  TIOCGPTN: 0x8004_5430,
  TIOCSPTLCK: 0x4004_5431,
  TIOCGPTPEER: 0x5441,
  TIOCGDEV: 0x8004_5432,
  TIOCGEXCL: 0x8004_5440,
  TCXONC: 0x540a,
  TIOCSWINSZ: 0x5414,
  CBAUD: 0x100f,
  CIBAUD: 0x100f_0000,
  BOTHER: 0x1000,
  SPEED_CODES: speedCodes(0x1001),
} as const;

/** ppc64 has no termios2: TCGETS and TCSETS already carry the speeds, with their own flag values. */
const PPC64 = {
  ...COMMON,
  termios: { ...TERMIOS2, ccOffset: 16 },
  TERMIOS_GET: 0x402c_7413,
  TERMIOS_SET: 0x802c_7414,
  IXON: 0x200,
  IXOFF: 0x400,
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
  ECHONL: 0x10,
  ICANON: 0x100,
  ISIG: 0x80,
  IEXTEN: 0x400,
  EXTPROC: 0x1000_0000,
  VMIN: 5,
  VTIME: 7,
  VSTART: 13,
  VSTOP: 14,
  FIONREAD: 0x4004_667f,
  TIOCOUTQ: 0x4004_7473,
  TCFLSH: 0x2000_741f,
  TCSBRK: 0x2000_741d,
  TIOCGPTN: 0x4004_5430,
  TIOCSPTLCK: 0x8004_5431,
  TIOCGPTPEER: 0x2000_5441,
  TIOCGDEV: 0x4004_5432,
  TIOCGEXCL: 0x4004_5440,
  TCXONC: 0x2000_741e,
  TIOCSWINSZ: 0x8008_7467,
  CBAUD: 0xff,
  CIBAUD: 0xff_0000,
  BOTHER: 0x1f,
  SPEED_CODES: speedCodes(0x10),
} as const;

/** epoll_event is packed on x86 only. */
const EPOLL_PACKED: StructLayout<"events" | "data"> = {
  size: 12,
  fields: { events: u32(0), data: u32(4) },
};
const EPOLL_ALIGNED: StructLayout<"events" | "data"> = {
  size: 16,
  fields: { events: u32(0), data: u32(8) },
};
/** `struct serial_struct`: its size depends on the word size. */
const SERIAL_64: StructLayout<"type" | "flags"> = {
  size: 72,
  fields: { type: i32(0), flags: i32(16) },
};
const SERIAL_32: StructLayout<"type" | "flags"> = { ...SERIAL_64, size: 60 };

const ABIS: Readonly<Record<string, LinuxAbi>> = {
  x64: { ...GENERIC, epollEvent: EPOLL_PACKED, serialStruct: SERIAL_64 },
  ia32: { ...GENERIC, epollEvent: EPOLL_PACKED, serialStruct: SERIAL_32 },
  arm: { ...GENERIC, epollEvent: EPOLL_ALIGNED, serialStruct: SERIAL_32 },
  arm64: { ...GENERIC, epollEvent: EPOLL_ALIGNED, serialStruct: SERIAL_64 },
  riscv64: { ...GENERIC, epollEvent: EPOLL_ALIGNED, serialStruct: SERIAL_64 },
  loong64: { ...GENERIC, epollEvent: EPOLL_ALIGNED, serialStruct: SERIAL_64 },
  ppc64: { ...PPC64, epollEvent: EPOLL_ALIGNED, serialStruct: SERIAL_64 },
};

/**
 * Finds the table of a CPU.
 *
 * @param arch CPU as Node names it (`process.arch`).
 * @returns The table, or `undefined` where nothing is known.
 */
export function linuxAbi(arch: string): LinuxAbi | undefined {
  return Object.hasOwn(ABIS, arch) ? ABIS[arch] : undefined;
}

/** B50 to B38400 are 1 to 15 everywhere; the higher rates follow from `first`. */
function speedCodes(first: number): Readonly<Record<number, number>> {
  const low = [50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400];
  const high = [
    57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000,
    2500000, 3000000, 3500000, 4000000,
  ];
  return Object.freeze(
    Object.fromEntries([
      ...low.map((rate, index) => [rate, index + 1]),
      ...high.map((rate, index) => [rate, first + index]),
    ]),
  );
}
