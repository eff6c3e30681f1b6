// Dependencies of the Linux-only settings of one open port.

import type { Libc } from "../posix/libc.ts";
import type { LinuxAbi } from "./abi.ts";

/** One open terminal, as the ioctls of Linux see it. */
export interface LinuxTty {
  readonly libc: Libc;
  readonly abi: LinuxAbi;
  readonly fd: number;
  /** Path to name in errors. */
  readonly path: string;
}
