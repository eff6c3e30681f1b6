// One open terminal on a POSIX system: settings, lines, queues, and blocking reads and writes.
// posix-port.ts adds waiting without blocking. Platform differences come in as data.

import type { BlockingPort, LineErrorCounts, SettleUnsupported } from "../backend/backend.ts";
import { transmitterPatienceMs } from "../backend/drain.ts";
import { refineCapabilities, type SerialCapabilities } from "../capabilities.ts";
import type { EffectiveConfig, SerialConfig } from "../config.ts";
import {
  actionOf,
  SerialDisconnectedError,
  type SerialError,
  UnsupportedFeatureError,
} from "../errors.ts";
import type { ControlLines, ModemLineCounts, ModemLines } from "../modem-lines.ts";
import { TIOCM } from "./posix-abi.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { type PosixHandle, Tty } from "./tty.ts";
import { TtySettings } from "./tty-settings.ts";

const READ = { context: "io", operation: "receive", syscall: "read" } as const;
const WRITE = { context: "io", operation: "send", syscall: "write" } as const;
const TRANSMITTER = { context: "io", operation: "drain", syscall: "ioctl(TIOCSERGETLSR)" } as const;
const LONGEST_POLL_MS = 0x7fff_ffff;

/** An open terminal. The constructor stores; `openTty()` in open-tty.ts does the work. */
export class PosixDevice implements BlockingPort {
  readonly fd: number;
  protected readonly tty: Tty;
  readonly #settings: TtySettings;
  #capabilities: SerialCapabilities | undefined;

  constructor(platform: PosixPlatform, handle: PosixHandle) {
    this.fd = handle.fd;
    this.tty = new Tty(platform, handle);
    this.#settings = new TtySettings(this.tty, (lines) => this.setControlLines(lines));
  }

  get capabilities(): SerialCapabilities {
    const { platform } = this.tty;
    this.#capabilities ??= refineCapabilities(platform.capabilities, platform.probe(this.fd));
    return this.#capabilities;
  }

  get marksErrors(): boolean {
    return this.#settings.marksErrors;
  }

  configure(config: SerialConfig, settle: SettleUnsupported): void {
    this.#settings.configure(config, settle);
  }

  effectiveConfig(): EffectiveConfig {
    return this.#settings.effective();
  }

  inputWaiting(): number {
    return this.tty.int("inputWaiting", "FIONREAD");
  }

  outputWaiting(): number {
    return this.tty.int("outputWaiting", "TIOCOUTQ");
  }

  discard(queue: "input" | "output"): void {
    const call = { context: "io", operation: "discard", syscall: "tcflush" } as const;
    this.tty.check(call, this.tty.platform.discard(this.fd, queue));
  }

  setBreak(asserted: boolean): void {
    const { abi, libc } = this.tty;
    const request = asserted ? abi.TIOCSBRK : abi.TIOCCBRK;
    const syscall = asserted ? "ioctl(TIOCSBRK)" : "ioctl(TIOCCBRK)";
    const call = { context: "feature", operation: "sendBreak", syscall } as const;
    this.tty.check(call, libc.ioctlValue(this.fd, request, 0));
  }

  modemLines(): ModemLines {
    const bits = this.tty.int("modemLines", "TIOCMGET");
    return {
      cts: (bits & TIOCM.CTS) !== 0,
      dsr: (bits & TIOCM.DSR) !== 0,
      ri: (bits & TIOCM.RI) !== 0,
      dcd: (bits & TIOCM.CD) !== 0,
    };
  }

  setControlLines({ rts, dtr }: ControlLines): void {
    const drop = (rts === false ? TIOCM.RTS : 0) | (dtr === false ? TIOCM.DTR : 0);
    const raise = (rts === true ? TIOCM.RTS : 0) | (dtr === true ? TIOCM.DTR : 0);
    if (drop !== 0) this.tty.int("setControlLines", "TIOCMBIC", drop);
    if (raise !== 0) this.tty.int("setControlLines", "TIOCMBIS", raise);
  }

  modemLineCounts(): ModemLineCounts | undefined {
    const counts = this.tty.platform.readCounts(this.fd);
    return typeof counts === "number" ? undefined : counts.edges;
  }

  countsLinesLate(): boolean {
    return this.tty.platform.countsLinesLate?.(this.tty.path) ?? false;
  }

  lineErrorCounts(): LineErrorCounts {
    const counts = this.tty.platform.readCounts(this.fd);
    if (typeof counts !== "number") return counts.errors;
    const call = { context: "feature", operation: "lineErrors", syscall: "ioctl" } as const;
    throw this.tty.failure(call, counts);
  }

  readBlocking(into: Uint8Array, timeoutMs: number): number {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const count = this.readOnce(into);
      if (count > 0 || !this.#wait(this.tty.abi.POLLIN, deadline)) return count;
    }
  }

  writeBlocking(data: Uint8Array, timeoutMs: number): number {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const count = this.writeOnce(data);
      if (count > 0 || !this.#wait(this.tty.abi.POLLOUT, deadline)) return count;
    }
  }

  drainBlocking(exact: boolean, timeoutMs: number): boolean {
    const deadline = performance.now() + timeoutMs;
    let giveUpAt: number | undefined;
    let hadToWait = false;
    for (;;) {
      if (this.outputWaiting() > 0) {
        hadToWait = true;
      } else {
        if (hadToWait) this.checkPresence();
        hadToWait = false;
        if (!exact || this.#isTransmitted()) return true;
        giveUpAt ??= performance.now() + transmitterPatienceMs(this.effectiveConfig());
        if (performance.now() >= giveUpAt) return true;
      }
      if (performance.now() >= deadline) return false;
      this.sleepBlocking(1);
    }
  }

  sleepBlocking(durationMs: number): void {
    const deadline = performance.now() + durationMs;
    for (let left = durationMs; left > 0; left = deadline - performance.now()) {
      // poll(2) ignores a negative descriptor; a signal interrupts it.
      if (this.tty.libc.poll(-1, 0, Math.ceil(left)) === 0) return;
    }
  }

  restoreAtExit(): void {
    this.#settings.restore();
  }

  closeBlocking(): void {
    this.restoreAtExit();
    this.tty.libc.close(this.fd);
  }

  /** Closes without waiting. */
  abandon(): void {
    this.closeBlocking();
  }

  /** Bytes read, 0 when there are none; fails when the device is gone. */
  protected readOnce(into: Uint8Array): number {
    const { abi, libc } = this.tty;
    for (let empty = 0; ; ) {
      const count = libc.read(this.fd, into, into.length);
      if (count > 0) return count;
      if (count === -abi.errno.EAGAIN) return 0;
      if (count === -abi.errno.EINTR) continue;
      if (count < 0) throw this.tty.failure(READ, count);
      // Nothing, and no error: a hang-up, or another program took the terminal out of raw mode.
      const events = libc.poll(this.fd, abi.POLLIN, 0);
      if (events === 0) return 0;
      if (events === -abi.errno.EINTR) continue;
      if (events !== abi.POLLIN || ++empty > 2) throw this.goneError("receive");
    }
  }

  /** Bytes written, 0 when there is no room; fails when the device is gone. */
  protected writeOnce(data: Uint8Array): number {
    const { abi, libc } = this.tty;
    for (;;) {
      const count = libc.write(this.fd, data, data.length);
      if (count >= 0) return count;
      if (count === -abi.errno.EAGAIN) return 0;
      if (count !== -abi.errno.EINTR) throw this.tty.failure(WRITE, count);
    }
  }

  /** The error of a device that is gone, where no system call said so. */
  protected goneError(operation: string): SerialError {
    const { path } = this.tty;
    return new SerialDisconnectedError(
      `Cannot ${actionOf(operation)} port "${path}": the device is gone`,
      { code: "ERR_SERIAL_DISCONNECTED", path, operation },
    );
  }

  /**
   * Fails when the device went away while its output was waited for: between the moment that a USB
   * device is gone and the moment that its bus tells, some 0.3 s, a driver goes on, and what nobody
   * takes any more leaves its queue as if it were sent. `ftdi_sio` and `cp210x` ask the device for its
   * lines; `cdc_acm`, `ch341` and `pl2303` answer by what they last heard.
   */
  protected checkPresence(): void {
    if (this.tty.isPseudoTerminal) return;
    try {
      this.tty.int("drain", "TIOCMGET");
    } catch (error) {
      if (!(error instanceof UnsupportedFeatureError)) throw error;
    }
  }

  /** What the platform says of the transmitter; fails when the device is gone. */
  protected isTransmitterEmpty(): boolean | undefined {
    const answer = this.tty.platform.isTransmitterEmpty(this.fd);
    if (typeof answer === "number") throw this.tty.failure(TRANSMITTER, answer);
    return answer;
  }

  #isTransmitted(): boolean {
    const { platform, isPseudoTerminal } = this.tty;
    if (isPseudoTerminal) return true;
    return this.isTransmitterEmpty() ?? platform.tcdrain(this.fd) >= 0;
  }

  #wait(events: number, deadline: number): boolean {
    const left = deadline - performance.now();
    if (left <= 0) return false;
    const timeoutMs = left === Number.POSITIVE_INFINITY ? -1 : Math.ceil(left);
    this.tty.libc.poll(this.fd, events, Math.min(timeoutMs, LONGEST_POLL_MS));
    return true;
  }
}
