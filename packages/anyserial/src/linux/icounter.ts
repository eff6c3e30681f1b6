// TIOCGICOUNT: the counters of the driver. From <linux/serial.h>.

import { Struct } from "../ffi/struct.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ModemLineCounts } from "../model/modem-lines.ts";
import type { Libc } from "../posix/libc.ts";
import type { IcounterField, LinuxAbi } from "./abi.ts";

/** Both kinds of counts, from one call. */
export interface Icounter {
  readonly edges: ModemLineCounts;
  readonly errors: LineErrorCounts;
}

/**
 * Reads the counters.
 *
 * @param libc System calls.
 * @param abi Constants of the CPU.
 * @param fd An open terminal.
 * @returns The counters, or `-errno`; `-ENOTTY` where the driver does not count.
 */
export function readIcounter(libc: Libc, abi: LinuxAbi, fd: number): Icounter | number {
  const struct = new Struct<IcounterField>(abi.serialIcounter);
  const result = libc.ioctl(fd, abi.TIOCGICOUNT, struct.bytes);
  if (result < 0) return result;
  return {
    edges: {
      cts: struct.get("cts"),
      dsr: struct.get("dsr"),
      ri: struct.get("rng"),
      dcd: struct.get("dcd"),
    },
    errors: {
      framing: struct.get("frame"),
      parity: struct.get("parity"),
      overrun: struct.get("overrun"),
      break: struct.get("brk"),
      bufferOverflow: struct.get("buf_overrun"),
    },
  };
}
