// An application on an emulated port, as system calls of this process: its actions happen at once,
// and before any reaction.

import { ok } from "node:assert/strict";
import { arch } from "node:process";
import { ffi } from "../../dist/ffi/koffi.js";
import { linuxAbi } from "../../dist/linux/abi.js";
import { linuxParts } from "../../dist/linux/backend.js";
import { decodeTermios, encodeTermios, type Termios } from "../../dist/posix/termios.js";

const { libc } = linuxParts(ffi, arch).platform;
/** `N_NULL` of `<linux/tty.h>`: it answers EINVAL to almost everything. */
const N_NULL = 27;
const TCOOFF = 0;
/** More than any `struct termios` of a C library has. */
const TERMIOS_BYTES = 256;

type TermiosCall = (fd: number, bytes: Uint8Array) => number;
type SetTermios = (fd: number, when: number, bytes: Uint8Array) => number;
const program = ffi.program();
const tcgetattr = program.bind<TermiosCall>("tcgetattr", "int", ["int", "bytes"]);
const tcsetattr = program.bind<SetTermios>("tcsetattr", "int", ["int", "int", "bytes"]);

const abi = linuxAbi(arch) ?? failed();

function failed(): never {
  throw new Error(`no table for ${arch}`);
}

/** One opening of a path. */
export class RawApplication implements Disposable {
  readonly fd: number;
  #isOpen = true;

  constructor(path: string) {
    this.fd = libc.open(path, abi.O_RDWR | abi.O_NOCTTY | abi.O_NONBLOCK | abi.O_CLOEXEC);
    ok(this.fd >= 0, `open ${path}: errno ${-this.fd}`);
  }

  /** TIOCEXCL: only root opens it from now on. */
  claim(): void {
    this.#ioctl(abi.TIOCEXCL, 0);
  }

  /** tcflow(TCOOFF): every write waits. */
  stopOutput(): void {
    this.#ioctl(abi.TCXONC, TCOOFF);
  }

  /** TIOCSETD: a line discipline that refuses almost everything. */
  takeDiscipline(): void {
    const result = libc.ioctl(this.fd, abi.TIOCSETD, cell(N_NULL));
    ok(result >= 0, `ioctl(TIOCSETD): errno ${-result}`);
  }

  get discipline(): number {
    const bytes = cell(-1);
    libc.ioctl(this.fd, abi.TIOCGETD, bytes);
    return new Int32Array(bytes.buffer)[0] ?? -1;
  }

  /** TIOCSWINSZ; rows and columns. */
  set windowSize(size: readonly [number, number]) {
    libc.ioctl(this.fd, abi.TIOCSWINSZ, new Uint8Array(new Uint16Array([...size, 0, 0]).buffer));
  }

  get windowSize(): readonly [number, number] {
    const size = new Uint16Array(4);
    const bytes = new Uint8Array(size.buffer);
    ok(libc.ioctl(this.fd, 0x5413, bytes) >= 0); // TIOCGWINSZ
    return [size[0] ?? 0, size[1] ?? 0];
  }

  /** Changes settings by the kernel's own struct. */
  set(change: (termios: Termios) => Partial<Termios>): void {
    const bytes = new Uint8Array(abi.termios.size);
    libc.ioctl(this.fd, abi.TERMIOS_GET, bytes);
    const termios = decodeTermios(abi, bytes);
    const changed = encodeTermios(abi, { ...termios, ...change(termios) });
    ok(libc.ioctl(this.fd, abi.TERMIOS_SET, changed) >= 0);
  }

  /**
   * tcsetattr(3) of the C library: raw, with even parity or 7 bits, as a Modbus program asks.
   *
   * @returns `false` where it fails.
   */
  ask(cflag: "PARENB" | "CS7"): boolean {
    const bytes = new Uint8Array(TERMIOS_BYTES);
    ok(tcgetattr(this.fd, bytes) === 0);
    const flags = new Uint32Array(bytes.buffer, 0, 4); // c_iflag, c_oflag, c_cflag, c_lflag
    const size = cflag === "CS7" ? abi.CS7 : abi.CS8;
    const parity = cflag === "PARENB" ? abi.PARENB : 0;
    flags[0] = 0;
    flags[1] = 0;
    flags[2] = (((flags[2] ?? 0) & ~abi.CSIZE) | size | parity | abi.CLOCAL | abi.CREAD) >>> 0;
    flags[3] = 0;
    return tcsetattr(this.fd, 0, bytes) === 0;
  }

  /** Bytes that were taken; 0 when there is no room, or output is stopped. */
  write(text: string): number {
    const bytes = Buffer.from(text);
    return Math.max(libc.write(this.fd, bytes, bytes.length), 0);
  }

  /** The available bytes. */
  read(): string {
    const bytes = Buffer.alloc(4096);
    return bytes.subarray(0, Math.max(libc.read(this.fd, bytes, bytes.length), 0)).toString();
  }

  /** Once only: another part of the process may have the number by then. */
  close(): void {
    if (this.#isOpen) libc.close(this.fd);
    this.#isOpen = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #ioctl(request: number, value: number): void {
    const result = libc.ioctlValue(this.fd, request, value);
    ok(result >= 0, `ioctl: errno ${-result}`);
  }
}

function cell(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
