// One commit of a terminal's settings. A setting that the driver refuses is found by leaving out
// one at a time, and goes to the caller's policy.

import { type SerialConfig, withChanges } from "../config/config.ts";
import type { LineTuning } from "../config/line-tuning.ts";
import type { Refusals } from "../config/refusals.ts";
import { type SerialError, UnsupportedConfigurationError } from "../errors/errors.ts";
import { errnoName } from "./errno.ts";
import type { Commit } from "./posix-platform.ts";
import { applyConfig, applyTuning, decodeTermios, encodeTermios, type Termios } from "./termios.ts";
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

/** A commit that failed. */
interface Refused {
  readonly commit: Commit;
  readonly refusals: Refusals;
}

/** Commits settings to one terminal. */
export class TtyCommit {
  readonly #tty: Tty;
  /** Details that every commit brings into force. */
  tuning: LineTuning | undefined;

  constructor(tty: Tty) {
    this.#tty = tty;
  }

  /**
   * Commits.
   *
   * @param bytes Settings in force.
   * @param asked Settings asked for.
   * @param refusals Gets each setting that the driver refuses.
   * @returns The rest of the configuration.
   * @throws {@link SerialError} — the driver fails, or refuses a setting that cannot be left out.
   */
  run(bytes: Uint8Array, asked: SerialConfig, refusals: Refusals): SerialConfig {
    const before = decodeTermios(this.#tty.abi, bytes);
    const config = this.#checkParity(asked, refusals);
    const commit = this.#write(this.#wanted(before, config, true));
    return commit.result >= 0 ? config : this.#withoutRefused(before, config, { commit, refusals });
  }

  #wanted(before: Termios, config: SerialConfig, isRateSet: boolean): Termios {
    const { abi, isPseudoTerminal, platform } = this.#tty;
    // Its bytes have no errors to mark, and marking makes the kernel look at each of them, three times as long.
    const marked = isPseudoTerminal ? withChanges(config, { lineErrors: "count" }) : config;
    const plain = applyConfig(abi, before, marked);
    const framed = this.tuning === undefined ? plain : applyTuning(abi, plain, this.tuning);
    return isRateSet ? platform.applyBaudRate(framed, config.baudRate) : framed;
  }

  #write(termios: Termios): Commit {
    return this.#tty.writeTermios(encodeTermios(this.#tty.abi, termios));
  }

  /** No header of such a system has a bit for it: it is refused here, before the driver is asked. */
  #checkParity(config: SerialConfig, refusals: Refusals): SerialConfig {
    const { parity } = config;
    const { abi, path, platform } = this.#tty;
    if (abi.CMSPAR !== undefined || (parity !== "mark" && parity !== "space")) return config;
    refusals.add(
      "markSpaceParity",
      new UnsupportedConfigurationError(
        `Cannot configure port "${path}": ${platform.name} has no mark and space parity`,
        { code: "ERR_SERIAL_UNSUPPORTED", path, operation: "configure" },
      ),
    );
    return withChanges(config, { parity: "none" });
  }

  /** Finds the one setting without which the driver takes the rest: a flow control, or the rate. */
  #withoutRefused(before: Termios, config: SerialConfig, refused: Refused): SerialConfig {
    const { commit, refusals } = refused;
    const { result, syscall, isRateOnly } = commit;
    const failure = this.#tty.failure({ ...CALL, syscall }, result);
    if (!(failure instanceof UnsupportedConfigurationError)) throw failure;
    for (const { setting, isAsked, without } of isRateOnly ? [] : REFUSABLE) {
      if (!isAsked(config)) continue;
      const rest = withChanges(config, without);
      if (this.#write(this.#wanted(before, rest, true)).result < 0) continue;
      refusals.add(setting, this.#refusal(failure, setting));
      return rest;
    }
    const isTaken = isRateOnly || this.#write(this.#wanted(before, config, false)).result >= 0;
    if (!isTaken) throw failure;
    refusals.add("baudRate", this.#refusal(failure, `the rate ${config.baudRate}`));
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
