// Requests of the tests to the kernel, beside the library: the output lines, and the loopback that
// a UART has for tests. From <asm-generic/ioctls.h> and <asm-generic/termios.h>, which x86 and
// arm64 share.

import koffi from "koffi";

const TIOCMGET = 0x5415;
const TIOCMSET = 0x5418;
const TIOCM_DTR = 0x002;
const TIOCM_RTS = 0x004;
const TIOCM_LOOP = 0x8000;

type Ioctl = (fd: number, request: number, value: Uint32Array) => number;
const ioctl = koffi.load(null).func("int ioctl(int, unsigned long, void *)") as Ioctl;

/** The output lines of an open port. */
export function controlLines(fd: number | undefined): { readonly dtr: boolean; rts: boolean } {
  const bits = call(fd, TIOCMGET, 0);
  return { dtr: (bits & TIOCM_DTR) !== 0, rts: (bits & TIOCM_RTS) !== 0 };
}

/** Connects the transmitter of a UART to its own receiver, RTS to CTS and DTR to DSR; or ends that. */
export function setLoopback(fd: number | undefined, isOn: boolean): void {
  const bits = call(fd, TIOCMGET, 0);
  call(fd, TIOCMSET, isOn ? bits | TIOCM_LOOP : bits & ~TIOCM_LOOP);
}

function call(fd: number | undefined, request: number, value: number): number {
  if (fd === undefined) throw new Error("the port has no descriptor");
  const cell = Uint32Array.of(value);
  if (ioctl(fd, request, cell) < 0) throw new Error(`ioctl ${request}: errno ${koffi.errno()}`);
  return cell[0] ?? 0;
}
