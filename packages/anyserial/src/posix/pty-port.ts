// The controller of a pty as a backend port. While no application has the device open its read answers
// EIO (Linux) or nothing, its write EIO (macOS), and its poll "hung up": that is a state to wait out,
// not a disconnect.

import type { PtyBackendPort, ReadinessListener, TerminalMode } from "../backend/backend.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { PosixPort } from "./posix-port.ts";
import type { Readiness, Watch } from "./readiness/readiness.ts";
import { decodeTermios } from "./termios.ts";
import type { PosixHandle } from "./tty.ts";

const READ = { context: "io", operation: "receive", syscall: "read" } as const;
const WRITE = { context: "io", operation: "send", syscall: "write" } as const;

/** What the platform adds to a controller. */
export interface PtySystem {
  readonly platform: PosixPlatform;
  readonly readiness: Readiness;
  /** Opens the device of a controller for a moment; a descriptor, or `-errno`. */
  openDevice(controllerFd: number): number;
  /** The call that does so, for errors. */
  readonly openSyscall: string;
  /** Tells when the device may have been opened or closed. @returns Stops it. */
  watchDevice(device: WatchedDevice): () => void;
}

/** A device whose presence is watched. */
export interface WatchedDevice {
  readonly path: string;
  /** What the last look saw. */
  wasOpen(): boolean;
  /** Looks. */
  isOpen(): boolean;
  /** Something waits for the device to be opened. */
  isAwaited(): boolean;
  /** To be called after a change. */
  onChange(): void;
}

/** An open controller. */
export class PtyPort extends PosixPort implements PtyBackendPort {
  readonly devicePath: string;
  onPresence: (() => void) | undefined;
  readonly #system: PtySystem;
  readonly #watch: Watch;
  readonly #unwatch: () => void;
  /** Operations that wait for an application. */
  readonly #absentWaiters = new Set<() => void>();
  #wasOpen = false;
  readonly #canceled = { read: false, write: false };

  private constructor(
    system: PtySystem,
    handle: PosixHandle,
    rest: { watch: Watch; device: string },
  ) {
    super(system.platform, handle, rest.watch);
    this.#system = system;
    this.#watch = rest.watch;
    this.devicePath = rest.device;
    this.#unwatch = system.watchDevice({
      path: rest.device,
      wasOpen: () => this.#wasOpen,
      isOpen: () => this.isApplicationOpen(),
      isAwaited: () => this.#absentWaiters.size > 0,
      onChange: () => this.#presenceChanged(),
    });
  }

  /**
   * Wraps a fresh controller: its device is raw and silent before anybody opens it. When it fails,
   * the descriptor is the caller's to close.
   */
  static create(system: PtySystem, handle: PosixHandle, devicePath: string): PtyPort {
    const watch = system.readiness.watch(handle.fd, {});
    let port: PtyPort | undefined;
    try {
      port = new PtyPort(system, handle, { watch, device: devicePath });
      // Once the device was open, the controller's poll tells for ever after whether it is.
      port.#withDevice(() => undefined);
      return port;
    } catch (error) {
      if (port !== undefined) port.#unwatch();
      watch.close();
      throw error;
    }
  }

  /** What is written is at the other side at once; on macOS TIOCOUTQ counts what comes from there. */
  override outputWaiting(): number {
    return 0;
  }

  isApplicationOpen(): boolean {
    this.#wasOpen = !this.#polls(this.tty.abi.POLLIN, this.tty.abi.POLLHUP);
    return this.#wasOpen;
  }

  unreadBytes(): number {
    return this.#withDevice((fd) => {
      const cell = new Int32Array(1);
      const request = this.tty.abi.FIONREAD;
      const result = this.tty.libc.ioctl(fd, request, new Uint8Array(cell.buffer));
      const call = {
        context: "io",
        operation: "inputWaiting",
        syscall: "ioctl(FIONREAD)",
      } as const;
      this.tty.check(call, result);
      return cell[0] as number;
    });
  }

  discardUnread(): void {
    const call = { context: "io", operation: "discard", syscall: "tcflush" } as const;
    this.#withDevice((fd) => this.tty.check(call, this.tty.platform.discard(fd, "input")));
  }

  isWritable(): boolean {
    return this.#polls(this.tty.abi.POLLOUT, this.tty.abi.POLLOUT);
  }

  terminalMode(): TerminalMode {
    const { lflag, oflag } = decodeTermios(this.tty.abi, this.tty.readTermios());
    const cooked = (lflag & this.tty.abi.ICANON) !== 0 || (oflag & this.tty.abi.OPOST) !== 0;
    return { raw: !cooked, echo: (lflag & this.tty.abi.ECHO) !== 0 };
  }

  tryRead(into: Uint8Array): number {
    this.counters.readCalls++;
    const count = this.readOnce(into);
    if (count === 0) this.counters.wouldBlock++;
    return count;
  }

  listen(listener: ReadinessListener | undefined): void {
    this.#watch.listen(listener);
  }

  tellWritable(): void {
    this.#watch.tellWritable();
  }

  override cancelRead(): void {
    this.#canceled.read = true;
    super.cancelRead();
    this.#wakeAbsentWaiters();
  }

  override cancelWrite(): void {
    this.#canceled.write = true;
    super.cancelWrite();
    this.#wakeAbsentWaiters();
  }

  override abandon(): void {
    this.#unwatch();
    super.abandon();
  }

  protected override readOnce(into: Uint8Array): number {
    for (;;) {
      const count = this.tty.libc.read(this.fd, into, into.length);
      if (count >= 0) return count;
      const { EAGAIN, EINTR, EIO } = this.tty.abi.errno;
      if (count === -EAGAIN || count === -EIO) return 0;
      if (count !== -EINTR) throw this.tty.failure(READ, count);
    }
  }

  protected override writeOnce(data: Uint8Array): number {
    for (;;) {
      const count = this.tty.libc.write(this.fd, data, data.length);
      if (count >= 0) return count;
      const { EAGAIN, EINTR, EIO } = this.tty.abi.errno;
      if (count === -EAGAIN || count === -EIO) return 0;
      if (count !== -EINTR) throw this.tty.failure(WRITE, count);
    }
  }

  protected override waitReadable(): Promise<boolean> {
    this.#canceled.read = false;
    return this.#waitPresent("read", () => super.waitReadable());
  }

  protected override waitWritable(): Promise<boolean> {
    this.#canceled.write = false;
    return this.#waitPresent("write", () => super.waitWritable());
  }

  async #waitPresent(which: "read" | "write", wait: () => Promise<boolean>): Promise<boolean> {
    if (this.isApplicationOpen()) return wait();
    // Then try again: what arrived meanwhile was nobody's event.
    await this.#untilPresenceChanges();
    return !this.#canceled[which];
  }

  /** Waits for the device to be opened; keeps the process alive, as every waiting operation does. */
  #untilPresenceChanges(): Promise<void> {
    return new Promise((resolve) => {
      const alive = setInterval(() => undefined, 0x7fff_ffff);
      const waiter = (): void => {
        clearInterval(alive);
        this.#absentWaiters.delete(waiter);
        resolve();
      };
      this.#absentWaiters.add(waiter);
    });
  }

  #presenceChanged(): void {
    this.#wakeAbsentWaiters();
    this.onPresence?.();
  }

  #wakeAbsentWaiters(): void {
    for (const waiter of this.#absentWaiters) waiter();
  }

  /** Asks poll(2) for events, and whether one of them is there. */
  #polls(events: number, expected: number): boolean {
    for (;;) {
      const ready = this.tty.libc.poll(this.fd, events, 0);
      if (ready >= 0) return (ready & expected) !== 0;
      const call = { context: "io", operation: "receive", syscall: "poll" } as const;
      if (ready !== -this.tty.abi.errno.EINTR) throw this.tty.failure(call, ready);
    }
  }

  #withDevice<T>(use: (fd: number) => T): T {
    const fd = this.#system.openDevice(this.fd);
    const syscall = this.#system.openSyscall;
    this.tty.check({ context: "open", operation: "open", syscall }, fd);
    try {
      return use(fd);
    } finally {
      this.tty.libc.close(fd);
    }
  }
}
