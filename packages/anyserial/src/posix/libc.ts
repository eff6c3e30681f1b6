// Typed signatures of the libc calls that the POSIX backends make, and nothing else. A failed call
// returns the negative errno, read before anything else runs; nothing here throws.

import { bindDescriptors } from "../ffi/descriptors.ts";
import type { Ffi, NativeLibrary } from "../ffi/ffi.ts";

/** The calls. Counts and descriptors are 0 or more; a failure is `-errno`. */
export interface Libc {
  /** open(2), never with O_CREAT. */
  open(path: string, flags: number): number;
  /** close(2). */
  close(fd: number): number;
  /** read(2). */
  read(fd: number, into: Uint8Array, length: number): number;
  /** write(2). */
  write(fd: number, data: Uint8Array, length: number): number;
  /** ioctl(2) with a pointer to memory. */
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** ioctl(2) with a number, or nothing, in place of the pointer. */
  ioctlValue(fd: number, request: number, value: number): number;
  /** flock(2). */
  flock(fd: number, operation: number): number;
  /** poll(2) of one descriptor: returned events, 0 when the time is over (-1 waits for ever). */
  poll(fd: number, events: number, timeoutMs: number): number;
}

/** How the C compiler of the platform passes the variable part of `ioctl` and `open`. */
export interface CallingConvention {
  /** Variadic arguments go elsewhere than fixed ones: declare `...` (darwin on arm64). */
  readonly variadic: boolean;
}

/**
 * Binds libc in the running program.
 *
 * @param ffi Foreign-function interface.
 * @param convention Calling convention of the platform.
 * @returns The calls.
 */
export function bindLibc(ffi: Ffi, convention: CallingConvention): Libc {
  const library = ffi.program();
  const result = (value: number): number => (value < 0 ? -ffi.errno() : value);
  const open = bindOpen(library, convention);
  const ioctl = bindIoctl(library, convention, "bytes") as (
    fd: number,
    request: number,
    argument: Uint8Array,
  ) => number;
  const ioctlValue = bindIoctl(library, convention, "ulong") as (
    fd: number,
    request: number,
    value: number,
  ) => number;
  const descriptors = bindDescriptors(ffi);
  const read = library.bind<Transfer>("read", "ssize", ["int", "memory", "size"]);
  const write = library.bind<Transfer>("write", "ssize", ["int", "memory", "size"]);
  const flock = library.bind<(fd: number, op: number) => number>("flock", "int", ["int", "int"]);
  const poll = library.bind<(fds: Uint8Array, count: number, timeoutMs: number) => number>(
    "poll",
    "int",
    ["bytes", "ulong", "int"],
  );
  return {
    open: (path, flags) => descriptors.opened(result(open(path, flags))),
    close: (fd) => result(descriptors.close(fd)),
    read: (fd, into, length) => result(read(fd, into, length)),
    write: (fd, data, length) => result(write(fd, data, length)),
    ioctl: (fd, request, argument) => result(ioctl(fd, request, argument)),
    ioctlValue: (fd, request, value) => result(ioctlValue(fd, request, value)),
    flock: (fd, operation) => result(flock(fd, operation)),
    poll: (fd, events, timeoutMs) => {
      const set = new Int32Array([fd, 0]); // struct pollfd: int fd; short events, revents
      const halves = new Int16Array(set.buffer);
      halves[2] = events;
      const ready = result(poll(new Uint8Array(set.buffer), 1, timeoutMs));
      return ready > 0 ? (halves[3] as number) : ready;
    },
  };
}

type Transfer = (fd: number, bytes: Uint8Array, length: number) => number;

function bindOpen(
  library: NativeLibrary,
  { variadic }: CallingConvention,
): (path: string, flags: number) => number {
  return library.bind("open", "int", variadic ? ["string", "int", "..."] : ["string", "int"]);
}

function bindIoctl(
  library: NativeLibrary,
  { variadic }: CallingConvention,
  argument: "bytes" | "ulong",
): (...args: never[]) => unknown {
  return library.bind(
    "ioctl",
    "int",
    variadic ? ["int", "ulong", "...", argument] : ["int", "ulong", argument],
  );
}

/** Binds tcdrain(3), which blocks: 0, or `-errno`. */
export function bindTcdrain(ffi: Ffi): (fd: number) => number {
  const tcdrain = ffi.program().bind<(fd: number) => number>("tcdrain", "int", ["int"]);
  return (fd) => (tcdrain(fd) < 0 ? -ffi.errno() : 0);
}
