// Answers of an open terminal on a POSIX system that need no waiting: settings, lines and queues.
// Its bytes are in posix-port.ts. Platform differences come in as data.

import type { OpenRequest, PortControl } from "../backend/backend.ts";
import type { EffectiveConfig, SerialConfig } from "../config/config.ts";
import type { OnRefusal, Outcome } from "../config/refusals.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import { refineCapabilities, type SerialCapabilities } from "../model/capabilities.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ControlLines, ModemLineCounts, ModemLines } from "../model/modem-lines.ts";
import { TIOCM } from "./posix-abi.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import { type PosixHandle, Tty } from "./tty.ts";
import { type Opening, TtySettings } from "./tty-settings.ts";

const TRANSMITTER = { context: "io", operation: "drain", syscall: "ioctl(TIOCSERGETLSR)" } as const;

/** An open terminal. The constructor stores; `openTty()` in open-tty.ts does the work. */
export class PosixControl implements PortControl {
  readonly fd: number;
  readonly queuesNothing: boolean;
  protected readonly tty: Tty;
  readonly #settings: TtySettings;
  #capabilities: SerialCapabilities | undefined;

  constructor(platform: PosixPlatform, handle: PosixHandle) {
    this.fd = handle.fd;
    this.queuesNothing = handle.isPseudoTerminal && platform.ptyQueuesNothing === true;
    this.tty = new Tty(platform, handle);
    this.#settings = new TtySettings(this.tty, (lines) => this.setControlLines(lines));
  }

  get capabilities(): SerialCapabilities {
    const { platform } = this.tty;
    this.#capabilities ??= refineCapabilities(platform.capabilities, platform.probe(this.fd));
    return this.#capabilities;
  }

  get outcome(): Outcome {
    return this.#settings.outcome;
  }

  get marksErrors(): boolean {
    return this.#settings.marksErrors;
  }

  /** Configures a terminal that was just opened. */
  takeOver({ config, onRefusal }: OpenRequest, opening: Opening): void {
    this.#settings.configure(config, onRefusal, opening);
  }

  configure(config: SerialConfig, onRefusal: OnRefusal): Outcome {
    return this.#settings.configure(config, onRefusal);
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

  isLowLatency(): boolean | undefined {
    return this.tty.platform.isLowLatency(this.fd);
  }

  countsLinesLate(): boolean {
    return this.tty.platform.countsLinesLate?.(this.tty.path) ?? false;
  }

  lineErrorCountsIfAny(): LineErrorCounts | undefined {
    const counts = this.tty.platform.readCounts(this.fd);
    if (typeof counts !== "number") return counts.errors;
    return counts === -(this.tty.abi.errno["ENOTTY"] as number)
      ? undefined
      : this.#noCounts(counts);
  }

  lineErrorCounts(): LineErrorCounts {
    const counts = this.tty.platform.readCounts(this.fd);
    return typeof counts === "number" ? this.#noCounts(counts) : counts.errors;
  }

  #noCounts(counts: number): never {
    const call = { context: "feature", operation: "lineErrors", syscall: "ioctl" } as const;
    throw this.tty.failure(call, counts);
  }

  /**
   * Between the moment that a USB device is gone and the moment that its bus reports it, some 0.3
   * s, a driver continues, and bytes leave its queue as if they were sent, though no device takes
   * them. `ftdi_sio` and `cp210x` ask the device for its lines; `cdc_acm`, `ch341` and `pl2303`
   * answer by the last report.
   */
  checkSent(hadToWait: boolean): void {
    if (!hadToWait || this.tty.isPseudoTerminal) return;
    try {
      this.tty.int("drain", "TIOCMGET");
    } catch (error) {
      if (!(error instanceof UnsupportedFeatureError)) throw error;
    }
  }

  isTransmitterEmpty(): boolean | undefined {
    if (this.tty.isPseudoTerminal) return true;
    const answer = this.tty.platform.isTransmitterEmpty(this.fd);
    if (typeof answer === "number") throw this.tty.failure(TRANSMITTER, answer);
    return answer;
  }

  restoreAtExit(): void {
    this.#settings.restore();
  }
}
