// State that a terminal loses with its last close. The kernel frees a real terminal then; a pty
// whose controller stays open keeps it (drivers/tty/pty.c), so that the next application would meet
// it. See ADR 0014.

import type { Libc } from "../posix/libc.ts";
import type { PtyRenewal } from "../posix/pty-system.ts";
import type { LinuxAbi } from "./abi.ts";

/** `<linux/tty.h>`: the discipline that every terminal begins with. */
const N_TTY = 0;
/** `<asm/termbits.h>`: the same on every CPU. */
const TCOOFF = 0;
const TCOON = 1;
/** `struct winsize`: four 16-bit numbers. */
const WINSIZE_BYTES = 8;
/** More than any `struct termios` has. */
const TERMIOS_BYTES = 64;

/** Builds the functions that make a device fresh. */
export function linuxRenewal(
  libc: Libc,
  abi: LinuxAbi,
  replace: PtyRenewal["replace"],
): PtyRenewal {
  const off = new Uint8Array(4);
  return {
    /**
     * CLOCAL means nothing on a pty, almost every program for serial ports sets it, and this request
     * changes it alone. glibc's tcsetattr(3) answers EINVAL where it asked for parity or 7 bits, which
     * a pty drops, and nothing else changed: at the second open of every program that asks for them.
     */
    loosen: (controllerFd) => void libc.ioctl(controllerFd, abi.TIOCSSOFTCAR, off),
    forget: (deviceFd) => {
      libc.ioctlValue(deviceFd, abi.TIOCNXCL, 0);
      const isCleared = forgetDiscipline(libc, abi, deviceFd) && unlock(libc, abi, deviceFd);
      resume(libc, abi, deviceFd);
      libc.ioctl(deviceFd, abi.TIOCSWINSZ, new Uint8Array(WINSIZE_BYTES));
      return isCleared;
    },
    resume: (deviceFd) => resume(libc, abi, deviceFd),
    replace,
  };
}

/** TCOON alone resumes output only after a TCOOFF, not after a received XOFF. */
function resume(libc: Libc, abi: LinuxAbi, fd: number): void {
  libc.ioctlValue(fd, abi.TCXONC, TCOOFF);
  libc.ioctlValue(fd, abi.TCXONC, TCOON);
}

/** First of all: another discipline may refuse every other request. */
function forgetDiscipline(libc: Libc, abi: LinuxAbi, fd: number): boolean {
  const cell = new Int32Array(1);
  if (libc.ioctl(fd, abi.TIOCGETD, bytesOf(cell)) < 0 || cell[0] === N_TTY) return true;
  return libc.ioctl(fd, abi.TIOCSETD, bytesOf(new Int32Array([N_TTY]))) >= 0;
}

/** Takes the locks off the settings (ioctl_tty(2), TIOCSLCKTRMIOS), which root alone can set and clear. */
function unlock(libc: Libc, abi: LinuxAbi, fd: number): boolean {
  const locks = new Uint8Array(TERMIOS_BYTES);
  if (libc.ioctl(fd, abi.TIOCGLCKTRMIOS, locks) < 0 || locks.every((byte) => byte === 0))
    return true;
  return libc.ioctl(fd, abi.TIOCSLCKTRMIOS, new Uint8Array(TERMIOS_BYTES)) >= 0;
}

function bytesOf(cell: Int32Array): Uint8Array {
  return new Uint8Array(cell.buffer);
}
