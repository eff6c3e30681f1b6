// Rates on Linux: the standard ones by their code, so that other programs read them, all others by
// BOTHER (termios2; Documentation of TCSETS2 in ioctl_tty(2)). The input rate always follows the
// output rate: CIBAUD is cleared because newer C libraries leave a stale code there. Pure.

import type { Termios } from "../posix/termios.ts";
import type { LinuxAbi } from "./abi.ts";

/**
 * Sets the rate in both directions.
 *
 * @param abi Constants of the CPU.
 * @param termios Settings to start from.
 * @param baudRate Rate, in baud.
 * @returns New settings.
 */
export function applyBaudRate(abi: LinuxAbi, termios: Termios, baudRate: number): Termios {
  const code = abi.SPEED_CODES[baudRate] ?? abi.BOTHER;
  const cflag = ((termios.cflag & ~(abi.CBAUD | abi.CIBAUD)) | code) >>> 0;
  return { ...termios, cflag, ispeed: baudRate, ospeed: baudRate };
}

/** Reads the rate that the driver took, in baud: from the number, never from the code. */
export function readBaudRate(termios: Termios): number {
  return termios.ospeed;
}
