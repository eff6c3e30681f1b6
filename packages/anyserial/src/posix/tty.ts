// One terminal's system calls, with failures turned into errors that name the port.

import type { SerialError } from "../errors/errors.ts";
import { type ErrnoContext, errnoError } from "./errno.ts";
import type { Libc } from "./libc.ts";
import type { PosixAbi } from "./posix-abi.ts";
import type { Commit, PosixPlatform } from "./posix-platform.ts";

/** An open descriptor, known to be a terminal. */
export interface PosixHandle {
  readonly fd: number;
  /** Path to name in errors. */
  readonly path: string;
  /** The device side of a pty. */
  readonly isPseudoTerminal: boolean;
}

/** A call that may fail: its operation, and the text of its error. */
export interface TtyCall {
  readonly context: ErrnoContext;
  /** The caller's operation, as in `actionOf()`. */
  readonly operation: string;
  readonly syscall: string;
}

type IntRequest = "FIONREAD" | "TIOCOUTQ" | "TIOCMGET" | "TIOCMBIC" | "TIOCMBIS";

/** The terminal behind a descriptor. */
export class Tty {
  readonly platform: PosixPlatform;
  readonly libc: Libc;
  readonly abi: PosixAbi;
  readonly fd: number;
  /** Path to name in errors. */
  path: string;
  /** The device side of a pty: it has no line and no transmitter. */
  readonly isPseudoTerminal: boolean;

  constructor(platform: PosixPlatform, handle: PosixHandle) {
    this.platform = platform;
    this.libc = platform.libc;
    this.abi = platform.abi;
    this.fd = handle.fd;
    this.path = handle.path;
    this.isPseudoTerminal = handle.isPseudoTerminal;
  }

  /** Passes a result that is no failure. */
  check(call: TtyCall, result: number): number {
    if (result < 0) throw this.failure(call, result);
    return result;
  }

  /** The error for a result of `-errno`. */
  failure({ context, operation, syscall }: TtyCall, result: number): SerialError {
    return errnoError({
      context,
      operation,
      path: this.path,
      syscall,
      errno: -result,
      errnoByName: this.abi.errno,
    });
  }

  /** An ioctl over one `int`, in and out, of a feature that the driver may lack. */
  int(operation: string, request: IntRequest, value: number = 0): number {
    const cell = new Int32Array([value]);
    const result = this.libc.ioctl(this.fd, this.abi[request], new Uint8Array(cell.buffer));
    this.check({ context: "feature", operation, syscall: `ioctl(${request})` }, result);
    return cell[0] as number;
  }

  /** Asks poll(2) for events now. @returns Whether one of those that are expected is there. */
  polls(events: number, expected: number): boolean {
    for (;;) {
      const ready = this.libc.poll(this.fd, events, 0);
      if (ready >= 0) return (ready & expected) !== 0;
      const call = { context: "io", operation: "receive", syscall: "poll" } as const;
      if (ready !== -this.abi.errno.EINTR) throw this.failure(call, ready);
    }
  }

  /** Reads the kernel's settings, whole. */
  readTermios(): Uint8Array {
    const bytes = new Uint8Array(this.abi.termios.size);
    const result = this.libc.ioctl(this.fd, this.abi.TERMIOS_GET, bytes);
    const syscall = `ioctl(${this.abi.termiosRequests.get})`;
    this.check({ context: "configure", operation: "configure", syscall }, result);
    return bytes;
  }

  /** Writes the kernel's settings. */
  writeTermios(bytes: Uint8Array): Commit {
    return commitTermios(this.platform, this.fd, bytes);
  }
}

/** Commits settings as the platform does. */
export function commitTermios(platform: PosixPlatform, fd: number, termios: Uint8Array): Commit {
  if (platform.commitTermios !== undefined) return platform.commitTermios(fd, termios);
  const result = platform.libc.ioctl(fd, platform.abi.TERMIOS_SET, termios);
  return { result, syscall: `ioctl(${platform.abi.termiosRequests.set})`, isRateOnly: false };
}
