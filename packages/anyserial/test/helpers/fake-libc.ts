// A terminal of the Linux kernel in memory, behind the Libc interface: it decodes the bytes of each
// struct at the offsets of the headers, records every call by name, and fails on request.

import { equal } from "node:assert/strict";
import { endianness } from "node:os";
import type { SerialConfig, SerialConfigInput } from "anyserial";
import { createSerialConfig } from "../../dist/config/config.js";
import { type LinuxAbi, linuxAbi } from "../../dist/linux/abi.js";
import { linuxPlatform } from "../../dist/linux/platform.js";
import type { Libc } from "../../dist/posix/libc.js";
import type { PosixPlatform } from "../../dist/posix/posix-platform.js";

const LITTLE = endianness() === "LE";
const REQUESTS = [
  "TERMIOS_GET",
  "TERMIOS_SET",
  "TIOCEXCL",
  "TIOCNXCL",
  "TIOCMGET",
  "TIOCMBIS",
  "TIOCMBIC",
  "TIOCSBRK",
  "TIOCCBRK",
  "FIONREAD",
  "TIOCOUTQ",
  "TCFLSH",
  "TIOCSERGETLSR",
  "TIOCGICOUNT",
  "TIOCGSERIAL",
  "TIOCSSERIAL",
  "TIOCGRS485",
  "TIOCSRS485",
  "TIOCGDEV",
] as const;
type Request = (typeof REQUESTS)[number];

/** The table of one CPU; tests name only those that are in it. */
export function abiOf(arch: string): LinuxAbi {
  const abi = linuxAbi(arch);
  if (abi === undefined) throw new Error(`no table for ${arch}`);
  return abi;
}

/** The numbers of x64. */
export const ABI: LinuxAbi = abiOf("x64");

/** A call that is to fail. */
interface Failure {
  readonly call: string;
  readonly errno: number;
  /** Calls of that name that still succeed before it. */
  passes: number;
  readonly isForEver: boolean;
}

/** The kernel. */
export class FakeLibc implements Libc {
  /** Calls in order: `open`, `flock 6`, `TERMIOS_SET`, `TCFLSH 0`, … */
  readonly calls: string[] = [];
  /** Descriptors that are open now. */
  readonly openFds = new Set<number>();
  /** Flags of each open(2). */
  readonly openFlags: number[] = [];
  /** Results of the next reads: bytes, 0, or `-errno`; EAGAIN when there are no more. */
  readonly reads: (readonly number[] | number)[] = [];
  /** Results of the next writes; everything is accepted when there are no more. */
  readonly writes: number[] = [];
  /** Results of the next polls; 0 when there are no more. */
  readonly polls: number[] = [];
  /** Bytes accepted by write(2). */
  readonly written: number[] = [];
  /** Input bytes; taken by read(2) once `reads` is used up. */
  readonly input: number[] = [];
  termios: Uint8Array;
  isFlocked = false;
  isExclusive = false;
  isBreakOn = false;
  /** TIOCM bits; `undefined` answers ENOTTY, as a pty does. */
  modemBits: number | undefined = 0;
  /** `flags` of serial_struct; `undefined` answers ENOTTY. */
  serialFlags: number | undefined;
  /** serial_rs485, 32 bytes; `undefined` answers ENOTTY. */
  rs485: Uint8Array | undefined;
  /** The 11 counters of serial_icounter_struct; `undefined` answers ENOTTY. */
  counters: readonly number[] | undefined;
  /** Line status; `undefined` answers ENOTTY. */
  lineStatus: (() => number) | undefined;
  /** Bytes in the output queue. */
  outputQueue: () => number = () => 0;
  /** The driver's values for given settings. */
  take: (termios: Uint8Array) => Uint8Array = (termios) => termios;
  /** The driver's values for a given RS-485 block. */
  takeRs485: (block: Uint8Array) => Uint8Array = (block) => block;
  /** Device number; `undefined` answers ENOTTY. */
  device: number | undefined;
  /** Called after TIOCSSERIAL. */
  onSerialSet: () => void = () => undefined;
  readonly #abi: LinuxAbi;
  readonly #names = new Map<number, Request>();
  readonly #failures: Failure[] = [];
  #nextFd = 7;

  constructor(abi: LinuxAbi = ABI) {
    this.#abi = abi;
    this.termios = new Uint8Array(44);
    for (const name of REQUESTS) this.#names.set(abi[name], name);
  }

  /** Lets a call fail: the first of that name, or the one after `passes` others. */
  fail(call: string, errno: string, passes = 0): void {
    this.#failures.push({ call, errno: this.#errno(errno), passes, isForEver: false });
  }

  /** Lets every call of a name fail. */
  failAlways(call: string, errno: string): void {
    this.#failures.push({ call, errno: this.#errno(errno), passes: 0, isForEver: true });
  }

  open(_path: string, flags: number): number {
    const failed = this.#enter("open");
    if (failed !== 0) return failed;
    this.openFlags.push(flags);
    this.openFds.add(this.#nextFd);
    return this.#nextFd++;
  }

  close(fd: number): number {
    this.calls.push("close");
    if (!this.openFds.delete(fd)) return -this.#errno("EBADF");
    this.isFlocked = false; // flock(2): released with the last descriptor
    return 0;
  }

  read(_fd: number, into: Uint8Array, length: number): number {
    const failed = this.#enter("read");
    if (failed !== 0) return failed;
    const result = this.reads.shift();
    if (typeof result === "number") return result;
    const bytes = result ?? this.input.splice(0, length);
    if (bytes.length === 0) return -this.#errno("EAGAIN");
    into.set(bytes);
    return bytes.length;
  }

  write(_fd: number, data: Uint8Array, length: number): number {
    const failed = this.#enter("write");
    if (failed !== 0) return failed;
    const count = this.writes.shift() ?? length;
    if (count > 0) this.written.push(...data.subarray(0, count));
    return count;
  }

  flock(_fd: number, operation: number): number {
    const failed = this.#enter("flock", operation);
    if (failed === 0) this.isFlocked = operation !== 8;
    return failed;
  }

  poll(_fd: number, events: number, timeoutMs: number): number {
    this.calls.push(`poll ${events} ${timeoutMs}`);
    return this.polls.shift() ?? 0;
  }

  ioctlValue(_fd: number, request: number, value: number): number {
    const name = this.#nameOf(request);
    const failed = this.#enter(name, name === "TCFLSH" ? value : undefined);
    if (failed !== 0) return failed;
    if (name === "TIOCEXCL") this.isExclusive = true;
    if (name === "TIOCNXCL") this.isExclusive = false;
    if (name === "TIOCSBRK") this.isBreakOn = true;
    if (name === "TIOCCBRK") this.isBreakOn = false;
    return 0;
  }

  ioctl(_fd: number, request: number, argument: Uint8Array): number {
    const name = this.#nameOf(request);
    const failed = this.#enter(name);
    if (failed !== 0) return failed;
    const view = new DataView(argument.buffer, argument.byteOffset, argument.byteLength);
    return this.#answer(name, argument, view) ? 0 : -this.#errno("ENOTTY");
  }

  /** `false` where this driver lacks the request. */
  #answer(name: Request, argument: Uint8Array, view: DataView): boolean {
    switch (name) {
      case "TERMIOS_GET":
        equal(argument.length, 44);
        argument.set(this.termios);
        return true;
      case "TERMIOS_SET":
        equal(argument.length, 44);
        this.termios = this.take(argument.slice());
        return true;
      case "FIONREAD":
        view.setInt32(0, this.input.length, LITTLE);
        return true;
      case "TIOCOUTQ":
        view.setInt32(0, this.outputQueue(), LITTLE);
        return true;
      case "TIOCSERGETLSR":
        view.setInt32(0, this.lineStatus?.() ?? 0, LITTLE);
        return this.lineStatus !== undefined;
      case "TIOCGDEV":
        view.setUint32(0, this.device ?? 0, LITTLE);
        return this.device !== undefined;
      case "TIOCMGET":
      case "TIOCMBIS":
      case "TIOCMBIC":
        return this.#modem(name, view);
      default:
        return this.#driver(name, argument, view);
    }
  }

  #modem(name: Request, view: DataView): boolean {
    equal(view.byteLength, 4);
    if (this.modemBits === undefined) return false;
    if (name === "TIOCMGET") view.setInt32(0, this.modemBits, LITTLE);
    else if (name === "TIOCMBIS") this.modemBits |= view.getInt32(0, LITTLE);
    else this.modemBits &= ~view.getInt32(0, LITTLE);
    return true;
  }

  /** The structs of <linux/serial.h>, at their offsets there. */
  #driver(name: Request, argument: Uint8Array, view: DataView): boolean {
    if (name === "TIOCGSERIAL" || name === "TIOCSSERIAL") {
      equal(argument.length, this.#abi.serialStruct.size);
      if (this.serialFlags === undefined) return false;
      if (name === "TIOCGSERIAL") view.setInt32(16, this.serialFlags, LITTLE);
      else {
        this.serialFlags = view.getInt32(16, LITTLE);
        this.onSerialSet();
      }
      return true;
    }
    if (name === "TIOCGRS485" || name === "TIOCSRS485") {
      equal(argument.length, 32);
      if (this.rs485 === undefined) return false;
      if (name === "TIOCGRS485") argument.set(this.rs485);
      else this.rs485 = this.takeRs485(argument.slice());
      return true;
    }
    if (name !== "TIOCGICOUNT" || this.counters === undefined) return false;
    equal(argument.length, 80);
    for (const [index, count] of this.counters.entries()) view.setInt32(index * 4, count, LITTLE);
    return true;
  }

  #enter(call: string, value?: number): number {
    this.calls.push(value === undefined ? call : `${call} ${value}`);
    const failure = this.#failures.find((one) => one.call === call);
    if (failure === undefined) return 0;
    if (failure.passes-- > 0) return 0;
    if (!failure.isForEver) this.#failures.splice(this.#failures.indexOf(failure), 1);
    return -failure.errno;
  }

  #nameOf(request: number): Request {
    const name = this.#names.get(request);
    if (name === undefined) throw new Error(`unknown request 0x${request.toString(16)}`);
    return name;
  }

  #errno(name: string): number {
    const number = this.#abi.errno[name];
    if (number === undefined) throw new Error(`unknown errno ${name}`);
    return number;
  }
}

/** Linux over the fake kernel: a real line, no pty. */
export function fakePlatform(
  libc: Libc,
  changes: Partial<PosixPlatform> & { readonly sysfs?: string; readonly cpu?: LinuxAbi } = {},
): PosixPlatform {
  const { sysfs = "/nonexistent", cpu = ABI, ...rest } = changes;
  const platform = linuxPlatform({ libc, tcdrain: () => 0, abi: cpu, sysfs });
  return { ...platform, isPseudoTerminal: () => false, findHolder: async () => undefined, ...rest };
}

/** A complete configuration. */
export function configOf(input: SerialConfigInput = {}): SerialConfig {
  return createSerialConfig(input);
}

/** Packs 32-bit words into bytes, as this CPU does. */
export function words(size: number, values: Readonly<Record<number, number>>): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const [offset, value] of Object.entries(values)) {
    view.setUint32(Number(offset), value, LITTLE);
  }
  return bytes;
}

/** A 32-bit word at an offset. */
export function wordAt(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, LITTLE);
}

/** Bytes left at each look. */
export function queue(...left: number[]): () => number {
  return () => left.shift() ?? 0;
}
