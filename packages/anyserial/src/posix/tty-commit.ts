// One commit of a terminal's settings. What the driver refuses to take is found by leaving out one
// setting at a time, and goes the way of the caller's policy.

import type { SettleUnsupported } from "../backend/backend.ts";
import { type SerialConfig, withChanges } from "../config.ts";
import { type SerialError, UnsupportedConfigurationError } from "../errors.ts";
import { errnoName } from "./errno.ts";
import type { Commit } from "./posix-platform.ts";
import { applyConfig, decodeTermios, encodeTermios, type Termios } from "./termios.ts";
import type { Tty } from "./tty.ts";

const CALL = { context: "configure", operation: "configure" } as const;

/** A setting that a driver may refuse. */
interface Refusable {
  readonly setting: string;
  readonly isAsked: (config: SerialConfig) => boolean;
  readonly without: Parameters<typeof withChanges>[1];
}

const REFUSABLE: readonly Refusable[] = [
  {
    setting: "rtsCts",
    isAsked: ({ flowControl }) => flowControl.rtsCts,
    without: { flowControl: { rtsCts: false } },
  },
  {
    setting: "dtrDsr",
    isAsked: ({ flowControl }) => flowControl.dtrDsr,
    without: { flowControl: { dtrDsr: false } },
  },
];

/** A commit that failed, and who is told why. */
interface Refused {
  readonly commit: Commit;
  readonly settle: SettleUnsupported;
}

/** Commits settings to one terminal. */
export class TtyCommit {
  readonly #tty: Tty;

  constructor(tty: Tty) {
    this.#tty = tty;
  }

  /**
   * Commits.
   *
   * @param bytes Settings in force.
   * @param asked Settings asked for.
   * @param settle Told what the driver refuses.
   * @returns What is left of the configuration.
   * @throws {@link SerialError} — the driver fails, or refuses what cannot be left out.
   */
  run(bytes: Uint8Array, asked: SerialConfig, settle: SettleUnsupported): SerialConfig {
    const before = decodeTermios(this.#tty.abi, bytes);
    const config = this.#settleParity(asked, settle);
    const commit = this.#write(this.#wanted(before, config, true));
    return commit.result >= 0 ? config : this.#withoutRefused(before, config, { commit, settle });
  }

  #wanted(before: Termios, config: SerialConfig, isRateSet: boolean): Termios {
    const { abi, platform } = this.#tty;
    const framed = applyConfig(abi, before, config);
    return isRateSet ? platform.applyBaudRate(framed, config.baudRate) : framed;
  }

  #write(termios: Termios): Commit {
    return this.#tty.writeTermios(encodeTermios(this.#tty.abi, termios));
  }

  /** No header of such a system has a bit for it: it is refused here, before the driver is asked. */
  #settleParity(config: SerialConfig, settle: SettleUnsupported): SerialConfig {
    const { parity } = config;
    const { abi, path, platform } = this.#tty;
    if (abi.CMSPAR !== undefined || (parity !== "mark" && parity !== "space")) return config;
    settle(
      "markSpaceParity",
      new UnsupportedConfigurationError(
        `Cannot configure port "${path}": ${platform.name} has no mark and space parity`,
        { code: "ERR_SERIAL_UNSUPPORTED", path, operation: "configure" },
      ),
    );
    return withChanges(config, { parity: "none" });
  }

  /** Looks for the one setting without which the driver takes the rest: a flow control, or the rate. */
  #withoutRefused(before: Termios, config: SerialConfig, refused: Refused): SerialConfig {
    const { commit, settle } = refused;
    const { result, syscall, isRateOnly } = commit;
    const failure = this.#tty.failure({ ...CALL, syscall }, result);
    if (!(failure instanceof UnsupportedConfigurationError)) throw failure;
    for (const { setting, isAsked, without } of isRateOnly ? [] : REFUSABLE) {
      if (!isAsked(config)) continue;
      const rest = withChanges(config, without);
      if (this.#write(this.#wanted(before, rest, true)).result < 0) continue;
      settle(setting, this.#refusal(failure, setting));
      return rest;
    }
    const isTaken = isRateOnly || this.#write(this.#wanted(before, config, false)).result >= 0;
    if (!isTaken) throw failure;
    settle("baudRate", this.#refusal(failure, `the rate ${config.baudRate}`));
    return config;
  }

  #refusal(failure: SerialError, what: string): SerialError {
    const { path, syscall, errno = 0 } = failure;
    const code = errnoName(errno, this.#tty.abi.errno);
    return new UnsupportedConfigurationError(
      `Cannot configure port "${path}": the driver refuses ${what} (${code})`,
      { code, errno, syscall, path, operation: "configure" },
    );
  }
}
