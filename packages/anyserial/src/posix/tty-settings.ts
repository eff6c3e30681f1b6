// The settings of one terminal: one commit, read back and compared, undone when anything fails.

import { changedSettings } from "../config/changed-settings.ts";
import type { EffectiveConfig, SerialConfig } from "../config/config.ts";
import type { LineTuning } from "../config/line-tuning.ts";
import { type OnRefusal, type Outcome, Refusals, UNCONFIGURED } from "../config/refusals.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import type { ControlLines } from "../model/modem-lines.ts";
import type { OpenSteps } from "./open-discard.ts";
import type { DriverSetting } from "./posix-platform.ts";
import { decodeTermios, readFraming } from "./termios.ts";
import type { Tty } from "./tty.ts";
import { TtyCommit } from "./tty-commit.ts";
import { TtyLock } from "./tty-lock.ts";

/** Listeners of one commit. */
interface ApplyHooks {
  readonly refusals: Refusals;
  readonly committed: ((termios: Uint8Array) => void) | undefined;
}

/** A terminal that is being opened. */
export interface Opening {
  readonly steps: OpenSteps;
  /** Its settings in the kernel, as they are now. */
  readonly original: Uint8Array;
  readonly tuning?: LineTuning | undefined;
}

/** Settings of an open terminal. */
export class TtySettings {
  readonly #tty: Tty;
  readonly #driver: readonly DriverSetting[];
  readonly #setControlLines: (lines: ControlLines) => void;
  readonly #commit: TtyCommit;
  readonly #lock: TtyLock;
  #outcome: Outcome | undefined;

  /**
   * @param tty The terminal.
   * @param setControlLines Sets output lines.
   */
  constructor(tty: Tty, setControlLines: (lines: ControlLines) => void) {
    this.#tty = tty;
    this.#driver = tty.platform.driverSettings(tty.fd, tty.path);
    this.#setControlLines = setControlLines;
    this.#commit = new TtyCommit(tty);
    this.#lock = new TtyLock(tty);
  }

  /** The answer to the latest configuration; the defaults before the first one. */
  get outcome(): Outcome {
    return this.#outcome ?? UNCONFIGURED;
  }

  /** Received errors are marked in the stream. */
  get marksErrors(): boolean {
    return this.#outcome?.inForce.lineErrors === "mark" && !this.#tty.isPseudoTerminal;
  }

  /**
   * Applies a configuration, or leaves everything as it was.
   *
   * @param config The requested configuration.
   * @param onRefusal What to do when the driver refuses a setting.
   * @param opening Of a terminal that is being opened: its steps, and its settings as they are now.
   */
  configure(config: SerialConfig, onRefusal: OnRefusal, opening?: Opening): Outcome {
    const wasLocked = this.#lock.isLocked;
    const { steps, original: before = this.#tty.readTermios() } = opening ?? {};
    if (opening !== undefined) this.#commit.tuning = opening.tuning;
    const refusals = new Refusals(onRefusal);
    this.#lock.set(config.exclusive, refusals);
    try {
      steps?.locked();
      const commit = { refusals, committed: steps?.committed.bind(steps) };
      const taken = this.#apply(before, config, commit);
      this.#outcome = refusals.outcome(config, taken, this.#outcome?.inForce);
      return this.#outcome;
    } catch (error) {
      this.#undo(before);
      this.#lock.set(wasLocked, new Refusals("leave-out"));
      throw error;
    }
  }

  /**
   * Reads the settings back from the driver.
   *
   * @param bytes Terminal settings in force.
   */
  effective(bytes: Uint8Array = this.#tty.readTermios()): EffectiveConfig {
    const { abi, fd, isPseudoTerminal, platform } = this.#tty;
    const termios = decodeTermios(abi, bytes);
    return Object.freeze({
      baudRate: platform.readBaudRate(fd, termios),
      ...readFraming(abi, termios),
      rs485: isPseudoTerminal ? null : platform.readRs485(fd),
    });
  }

  /** Restores the driver's settings beyond its terminal settings; never throws. */
  restore(): void {
    for (const setting of this.#driver) setting.restore();
    this.#lock.release();
  }

  /** @returns Settings read back. */
  #apply(
    bytes: Uint8Array,
    asked: SerialConfig,
    { refusals, committed }: ApplyHooks,
  ): EffectiveConfig {
    const { path, isPseudoTerminal } = this.#tty;
    // Before the commit: while RS-485 is on, a driver takes CRTSCTS out of what it is given (amba-pl011).
    for (const setting of this.#driver) setting.apply(asked, refusals);
    const config = this.#commit.run(bytes, asked, refusals);
    const line = { path, hasFraming: !isPseudoTerminal };
    const inForce = this.#tty.readTermios();
    committed?.(inForce);
    const taken = this.effective(inForce);
    refusals.addAll(changedSettings(line, config, taken));
    this.#applyControlLines(config.controlLines, refusals);
    return taken;
  }

  #undo(before: Uint8Array): void {
    const ignored = new Refusals("leave-out");
    for (const setting of this.#driver) {
      if (this.#outcome === undefined) setting.restore();
      else setting.apply(this.#outcome.inForce, ignored);
    }
    this.#tty.writeTermios(before);
  }

  #applyControlLines(lines: ControlLines, refusals: Refusals): void {
    if (lines === this.#outcome?.inForce.controlLines) return;
    try {
      this.#setControlLines(lines);
    } catch (error) {
      if (!(error instanceof UnsupportedFeatureError)) throw error;
      refusals.add("controlLines", error);
    }
  }
}
