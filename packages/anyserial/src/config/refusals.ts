// The answer of a backend to a configuration: the settings in force, and those that the driver refused.

import type { SerialError } from "../errors/errors.ts";
import type { ControlLines } from "../model/modem-lines.ts";
import { createSerialConfig, type EffectiveConfig, type SerialConfig } from "./config.ts";

/** Code of an error about a setting that the driver silently changed. */
export const CHANGED = "ERR_SERIAL_SETTING_CHANGED";

/** A setting that the platform lacks, or that the driver refused or silently changed. */
export interface Refusal {
  /** Name of the setting, as a warning gives it. */
  readonly setting: string;
  readonly error: SerialError;
}

/** The answer to a configuration. */
export interface Outcome {
  /** A frozen record: refused and changed settings have the driver's values. */
  readonly inForce: SerialConfig;
  /** Empty where everything took. */
  readonly refused: readonly Refusal[];
}

/** The answer before the first configuration: the defaults. */
export const UNCONFIGURED: Outcome = Object.freeze({
  inForce: createSerialConfig(),
  refused: Object.freeze([]),
});

/**
 * Whether a configuration stops at a refusal, so that its error is thrown and nothing has changed, or continues without
 * the setting.
 */
export type OnRefusal = "stop" | "leave-out";

/** The refusals of one configuration. */
export class Refusals {
  readonly #onRefusal: OnRefusal;
  readonly #refused: Refusal[] = [];

  constructor(onRefusal: OnRefusal) {
    this.#onRefusal = onRefusal;
  }

  /** Refusals so far. */
  get list(): readonly Refusal[] {
    return this.#refused;
  }

  /**
   * Adds a refusal.
   *
   * @throws {@link SerialError} `error`, where the configuration stops at it.
   */
  add(setting: string, error: SerialError): void {
    if (this.#onRefusal === "stop") throw error;
    this.#refused.push({ setting, error });
  }

  /** Adds each in turn, as {@link Refusals.add} does. */
  addAll(refusals: readonly Refusal[]): void {
    for (const { setting, error } of refusals) this.add(setting, error);
  }

  /**
   * Builds the answer after a commit.
   *
   * @param asked Settings asked for.
   * @param taken Settings read back.
   * @param before Configuration before; `undefined` for the first.
   */
  outcome(asked: SerialConfig, taken: EffectiveConfig, before: SerialConfig | undefined): Outcome {
    let config = asked;
    for (const { setting, error } of this.#refused) {
      const isChanged = error.code === CHANGED;
      config = { ...config, ...inForce(setting, config, { taken, before, isChanged }) };
    }
    return { inForce: Object.freeze(config), refused: this.#refused };
  }
}

interface Driver {
  readonly taken: EffectiveConfig;
  readonly before: SerialConfig | undefined;
  /** The driver took another value: it did not leave the setting alone. */
  readonly isChanged: boolean;
}

const NO_LINES: ControlLines = Object.freeze({});

function inForce(setting: string, asked: SerialConfig, driver: Driver): Partial<SerialConfig> {
  const { taken, before, isChanged } = driver;
  switch (setting) {
    case "baudRate": // 0 is a line that was hung up: no rate to be asked for
      return { baudRate: taken.baudRate > 0 ? taken.baudRate : asked.baudRate };
    case "dataBits":
    case "parity":
    case "hangupOnClose":
      return { [setting]: taken[setting] };
    case "markSpaceParity":
      return { parity: "none" };
    case "rtsCts":
    case "dtrDsr":
      return { flowControl: Object.freeze({ ...asked.flowControl, [setting]: false }) };
    case "controlLines":
      return { controlLines: before?.controlLines ?? NO_LINES };
    case "exclusiveAccess":
      return { exclusive: false };
    case "lineErrors":
      return { lineErrors: "count" };
    case "lowLatency":
      return { lowLatency: false };
    case "rs485":
      return { rs485: isChanged ? taken.rs485 : null };
    default:
      return {};
  }
}
