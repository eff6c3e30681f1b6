// Rates on macOS. The settings carry standard rates only; any other one is set by IOSSIOSPEED,
// after every commit, because a commit sets the rate that it carries. The driver reports the rate
// in force, also a custom one: settings that were read back cannot be committed unchanged.

import { Struct } from "../ffi/struct.ts";
import type { Libc } from "../posix/libc.ts";
import type { Commit } from "../posix/posix-platform.ts";
import { type DarwinAbi, STANDARD_RATES } from "./abi.ts";

/** Dependencies of a commit. */
export interface RateParts {
  readonly libc: Libc;
  readonly abi: DarwinAbi;
}

/**
 * Commits settings, and the rate in them whatever it is.
 *
 * @param parts Calls and constants.
 * @param fd Open terminal.
 * @param termios Settings; both speeds are the same.
 * @returns The result; a refused custom rate leaves the nearest standard one.
 */
export function commitWithRate({ libc, abi }: RateParts, fd: number, termios: Uint8Array): Commit {
  const struct = new Struct(abi.termios, termios.slice());
  const baudRate = struct.get("c_ospeed");
  const standard = nearestStandard(baudRate);
  struct.set("c_ispeed", standard);
  struct.set("c_ospeed", standard);
  const committed = libc.ioctl(fd, abi.TERMIOS_SET, struct.bytes);
  if (committed < 0 || standard === baudRate) {
    return { result: committed, syscall: "ioctl(TIOCSETA)", isRateOnly: false };
  }
  const speed = new Struct({ size: abi.speedSize, fields: { value: { offset: 0, size: 8 } } });
  speed.set("value", baudRate);
  const result = libc.ioctl(fd, abi.IOSSIOSPEED, speed.bytes);
  return { result, syscall: "ioctl(IOSSIOSPEED)", isRateOnly: true };
}

/**
 * Finds the standard rate that a line is left at while, or where, a custom one is not set.
 *
 * @param baudRate Any rate, in baud; 0 hangs up and is standard.
 * @returns The rate itself where it is standard, else the nearest.
 */
export function nearestStandard(baudRate: number): number {
  if (baudRate === 0) return 0;
  return STANDARD_RATES.reduce((best, rate) =>
    Math.abs(rate - baudRate) < Math.abs(best - baudRate) ? rate : best,
  );
}
