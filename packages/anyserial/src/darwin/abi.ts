// ABI facts of macOS: constants and struct tables only, where they differ from those that
// posix/bsd-abi.ts has for all systems of its family. From the macOS SDK (<sys/termios.h>,
// <sys/ttycom.h>, <sys/fcntl.h>, <sys/event.h>, <sys/errno.h>, <IOKit/serial/ioss.h>), xnu-11417
// and IOSerialFamily-93, checked against the Rust libc crate and golang.org/x/sys; never run on a
// Mac by us. x64 and arm64 have the same numbers and differ in how variadic arguments are passed.

import type { Field } from "../ffi/struct.ts";
import {
  BSD_ERRNO,
  BSD_FAMILY,
  type BsdFamilyAbi,
  KEVENT_64,
  KEVENT_CALL,
  TIMESPEC_64,
} from "../posix/bsd-abi.ts";
import type { CallingConvention } from "../posix/libc.ts";

/** Constants that macOS has beyond its family. */
export interface DarwinAbi extends BsdFamilyAbi {
  /** How `ioctl`, `open` and `fcntl` take their last argument. */
  readonly calling: CallingConvention;
  /** Sets any rate; its argument points to a `speed_t`. */
  readonly IOSSIOSPEED: number;
  /** Size of `speed_t`, in bytes. */
  readonly speedSize: 8;
  /** grantpt(3), unlockpt(3) and ptsname(3) as requests. */
  readonly TIOCPTYGRANT: number;
  readonly TIOCPTYUNLK: number;
  /** Its argument is `char[128]`. */
  readonly TIOCPTYGNAME: number;
  readonly EVFILT_MACHPORT: number;
}

/**
 * Rates that the settings themselves may carry: others make the driver fail with EINVAL, or, where
 * they are odd, clock it from outside (IOSerialBSDClient.cpp, `iossspeeds` and `iossparam()`).
 */
export const STANDARD_RATES: readonly number[] = Object.freeze([
  50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 7200, 9600, 14400, 19200, 28800,
  38400, 57600, 76800, 115200, 230400, 460800, 921600, 1843200,
]);

/** `tcflag_t` and `speed_t` have 8 bytes. */
const u64 = (offset: number): Field => ({ offset, size: 8 });

const DARWIN = {
  ...BSD_FAMILY,
  O_NOCTTY: 0x2_0000,
  O_CLOEXEC: 0x100_0000,
  termios: {
    size: 72,
    fields: {
      c_iflag: u64(0),
      c_oflag: u64(8),
      c_cflag: u64(16),
      c_lflag: u64(24),
      c_ispeed: u64(56),
      c_ospeed: u64(64),
    },
    ccOffset: 32,
    ccLength: 20,
  },
  TERMIOS_GET: 0x4048_7413,
  TERMIOS_SET: 0x8048_7414,
  CRTSCTS: 0x3_0000, // CCTS_OFLOW | CRTS_IFLOW
  DTRDSR: 0xc_0000, // CDTR_IFLOW | CDSR_OFLOW
  IOSSIOSPEED: 0x8008_5402,
  speedSize: 8,
  TIOCPTYGRANT: 0x2000_7454,
  TIOCPTYUNLK: 0x2000_7452,
  TIOCPTYGNAME: 0x4080_7453,
  EVFILT_MACHPORT: -8,
  kqueue: { ...KEVENT_CALL, kevent: KEVENT_64, timespec: TIMESPEC_64 },
  errno: {
    ...BSD_ERRNO,
    ENOTSUP: 45,
    EDEVERR: 83,
    EOVERFLOW: 84,
    EPROTO: 100,
    EOPNOTSUPP: 102,
  },
} as const;

const ABIS: Readonly<Record<string, DarwinAbi>> = {
  x64: { ...DARWIN, calling: { variadic: false } },
  // Apple's arm64 passes every variadic argument on the stack, fixed ones in registers.
  arm64: { ...DARWIN, calling: { variadic: true } },
};

/**
 * Finds the table of a CPU.
 *
 * @param arch CPU as Node names it (`process.arch`).
 * @returns The table, or `undefined` where nothing is known.
 */
export function darwinAbi(arch: string): DarwinAbi | undefined {
  return Object.hasOwn(ABIS, arch) ? ABIS[arch] : undefined;
}
