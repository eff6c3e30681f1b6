// The settings of one terminal: one commit, read back and compared, undone when anything fails.

import type { SettleUnsupported } from "../backend/backend.ts";
import type { EffectiveConfig, SerialConfig } from "../config.ts";
import { UnsupportedFeatureError } from "../errors.ts";
import type { ControlLines } from "../modem-lines.ts";
import { changedSettings } from "../read-back.ts";
import type { DriverSetting } from "./posix-platform.ts";
import { decodeTermios, readFraming } from "./termios.ts";
import type { Tty } from "./tty.ts";
import { TtyCommit } from "./tty-commit.ts";
import { TtyLock } from "./tty-lock.ts";

/** Settings of an open terminal. */
export class TtySettings {
  readonly #tty: Tty;
  readonly #driver: readonly DriverSetting[];
  readonly #setControlLines: (lines: ControlLines) => void;
  readonly #commit: TtyCommit;
  readonly #lock: TtyLock;
  #config: SerialConfig | undefined;

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

  /** Received errors are marked in the stream. */
  get marksErrors(): boolean {
    return this.#config?.lineErrors === "mark";
  }

  /** Applies a configuration, or leaves everything as it was. */
  configure(config: SerialConfig, settle: SettleUnsupported): void {
    const wasLocked = this.#lock.isLocked;
    const before = this.#tty.readTermios();
    this.#lock.set(config.exclusive, settle);
    try {
      this.#apply(before, config, settle);
      this.#config = config;
    } catch (error) {
      this.#undo(before);
      this.#lock.set(wasLocked, () => undefined);
      throw error;
    }
  }

  /** Reads the settings back from the driver. */
  effective(): EffectiveConfig {
    const { abi, fd, platform } = this.#tty;
    const termios = decodeTermios(abi, this.#tty.readTermios());
    return Object.freeze({
      baudRate: platform.readBaudRate(fd, termios),
      ...readFraming(abi, termios),
      rs485: platform.readRs485(fd),
    });
  }

  /** Puts back what the driver was changed to beyond its terminal settings; never throws. */
  restore(): void {
    for (const setting of this.#driver) setting.restore();
    this.#lock.release();
  }

  #apply(bytes: Uint8Array, asked: SerialConfig, settle: SettleUnsupported): void {
    const { path, isPseudoTerminal } = this.#tty;
    // Before the commit: while RS-485 is on, a driver takes CRTSCTS out of what it is given (amba-pl011).
    for (const setting of this.#driver) setting.apply(asked, settle);
    const config = this.#commit.run(bytes, asked, settle);
    const line = { path, hasFraming: !isPseudoTerminal };
    for (const change of changedSettings(line, config, this.effective())) {
      settle(change.setting, change.error);
    }
    this.#applyControlLines(config.controlLines, settle);
  }

  #undo(before: Uint8Array): void {
    const quietly = (): void => undefined;
    for (const setting of this.#driver) {
      if (this.#config === undefined) setting.restore();
      else setting.apply(this.#config, quietly);
    }
    this.#tty.writeTermios(before);
  }

  #applyControlLines(lines: ControlLines, settle: SettleUnsupported): void {
    if (lines === this.#config?.controlLines) return;
    try {
      this.#setControlLines(lines);
    } catch (error) {
      if (!(error instanceof UnsupportedFeatureError)) throw error;
      settle("controlLines", error);
    }
  }
}
