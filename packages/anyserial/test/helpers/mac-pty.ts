// A pty of xnu in memory (tty_dev.c): the terminal is reset whenever it is opened for the first
// time, the controller reads an end of file and writes nowhere while it is closed, and poll(2)
// reports a hang-up.

import { equal } from "node:assert/strict";
import { MacKernel } from "./mac-kernel.ts";

/** Path of the device. */
export const DEVICE = "/dev/ttys007";

/** The system. */
export class MacPtyKernel extends MacKernel {
  /** Bytes that the application can read. */
  readonly toApplication: number[] = [];
  readonly #devices = new Set<number>();
  #wasOpened = false;

  constructor(cpu: string = "arm64") {
    super(cpu);
    this.nodes.add("/dev/ptmx").add(DEVICE);
  }

  /** An application opens the device. */
  openDevice(): number {
    return this.open(DEVICE, this.facts.constant("O_RDWR") | this.facts.constant("O_NOCTTY"));
  }

  override open(path: string, flags: number): number {
    const fd = super.open(path, flags);
    if (fd < 0 || path !== DEVICE) return fd;
    if (this.#devices.size === 0) this.termios = new MacKernel(this.facts.cpu).termios;
    this.#devices.add(fd);
    this.#wasOpened = true;
    return fd;
  }

  override close(fd: number): number {
    this.#devices.delete(fd);
    return super.close(fd);
  }

  /** Connected before the device was ever opened, and while it is. */
  get #isConnected(): boolean {
    return this.#devices.size > 0 || !this.#wasOpened;
  }

  override read(fd: number, into: Uint8Array, length: number): number {
    if (this.#isConnected || this.input.length > 0) return super.read(fd, into, length);
    this.trace.push(`read ${fd} [${length}] = 0`);
    return 0;
  }

  override write(fd: number, data: Uint8Array, length: number): number {
    if (!this.#isConnected) this.fail("write", "EIO");
    const count = super.write(fd, data, length);
    if (count > 0) this.toApplication.push(...data.subarray(0, count));
    return count;
  }

  override poll(fd: number, events: number, timeoutMs: number): number {
    super.poll(fd, events, timeoutMs);
    return this.#isConnected ? 0 : this.facts.constant("POLLHUP");
  }

  override ioctl(fd: number, request: number, argument: Uint8Array): number {
    if (request !== this.facts.constant("TIOCPTYGNAME")) return super.ioctl(fd, request, argument);
    equal(argument.length, 128, "char[128]");
    argument.set(Buffer.from(`${DEVICE}\0`));
    this.trace.push(`ioctl ${fd} TIOCPTYGNAME (0x${request.toString(16)}, 128 bytes) = 0`);
    return 0;
  }
}
