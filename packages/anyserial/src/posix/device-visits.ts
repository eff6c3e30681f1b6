// The device of a pty, opened for a moment by its own controller, for facts and state that only the
// device itself gives. Each visit is an opening and a closing that a watch reports like any other.

import type { CheckedAccess } from "../backend/emulated-port.ts";
import { setAccess } from "./device-access.ts";
import type { Controller, PtySystem } from "./pty-system.ts";
import type { Tty } from "./tty.ts";

/** Visits to one device. */
export class DeviceVisits {
  /** Visits since the watch last reported. */
  sinceReport = 0;
  readonly #system: PtySystem;
  readonly #tty: Tty;

  constructor(system: PtySystem, tty: Tty) {
    this.#system = system;
    this.#tty = tty;
  }

  /** Opens and closes the device; from then on the controller's poll(2) reports whether it is open. */
  prepare(controller: Controller): void {
    const syscall = this.#system.openSyscall;
    const result = this.#visit(controller, () => 0);
    this.#tty.check({ context: "open", operation: "open", syscall }, result);
  }

  /** Bytes that a read of the device would get now; `undefined` where it does not say. */
  unreadBytes(controller: Controller): number | undefined {
    const { abi, libc } = this.#tty;
    const cell = new Int32Array(1);
    const result = this.#visit(controller, (fd) =>
      libc.ioctl(fd, abi.FIONREAD, new Uint8Array(cell.buffer)),
    );
    return result < 0 ? undefined : (cell[0] as number);
  }

  /**
   * Discards unread bytes. Where the device cannot be opened, the controller discards the bytes
   * that wait behind the ready ones.
   *
   * @returns `false` where some may be left.
   */
  discardUnread(controller: Controller): boolean {
    const { platform } = this.#tty;
    const result = this.#visit(controller, (fd) => platform.discard(fd, "input"));
    if (result < 0) platform.discard(controller.fd, "output");
    return result >= 0;
  }

  /** Sets who may open the device: this one, whatever its path leads to. */
  setAccess(controller: Controller, access: CheckedAccess): void {
    const { access: calls, openSyscall: syscall } = this.#system;
    const result = this.#visit(controller, (fd) => {
      setAccess(this.#tty, { fd, ...calls }, access);
      return 0;
    });
    this.#tty.check({ context: "open", operation: "create", syscall }, result);
  }

  /** Clears the state that a real terminal loses with its last close; `false` where that fails. */
  forget(controller: Controller): boolean {
    const { renewal } = this.#system;
    return this.#visit(controller, (fd) => Number(renewal?.forget(fd) ?? true)) > 0;
  }

  /** Resumes output that an application stopped. */
  resume(controller: Controller): void {
    this.#visit(controller, (fd) => {
      this.#system.renewal?.resume(fd);
      return 0;
    });
  }

  #visit(controller: Controller, use: (fd: number) => number): number {
    const fd = this.#system.openDevice(controller);
    if (fd < 0) return fd;
    this.sinceReport++;
    try {
      return use(fd);
    } finally {
      this.#tty.libc.close(fd);
    }
  }
}
