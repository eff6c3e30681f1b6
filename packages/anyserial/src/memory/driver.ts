// Settings of one in-memory driver: its features, the requested settings, and those in force. No
// I/O.

import { checkOptions } from "../arguments/options.ts";
import { invalid, isOneOf } from "../arguments/validate.ts";
import { changedSettings } from "../config/changed-settings.ts";
import type { EffectiveConfig, SerialConfig } from "../config/config.ts";
import { type OnRefusal, type Outcome, Refusals, UNCONFIGURED } from "../config/refusals.ts";
import { createRs485Config, type Rs485Config } from "../config/rs485.ts";
import { waiveUnsupported } from "../config/unsupported-policy.ts";
import { actionOf, UnsupportedFeatureError } from "../errors/errors.ts";
import {
  type Capability,
  createCapabilities,
  FEATURES,
  type Feature,
  refineCapabilities,
  type SerialCapabilities,
} from "../model/capabilities.ts";

/** How the emulated driver differs from one that can do everything. */
export interface MemoryDriverOptions {
  /**
   * Features that it lacks: `unsupported` says so from the start, `unknown` refuses when the
   * feature is used, as many drivers do.
   * @defaultValue everything but `portDiscovery` is supported
   */
  readonly features?: Partial<Record<Feature, Capability>> | undefined;
  /**
   * The rate that the driver takes when it is asked for another one, in baud.
   * @defaultValue the rate that is asked for
   */
  readonly takeBaudRate?: ((baudRate: number) => number) | undefined;
}

const FULLY_FEATURED: Partial<Record<Feature, Capability>> = {
  customBaudRate: "supported",
  markSpaceParity: "supported",
  onePointFiveStopBits: "supported",
  xonXoff: "supported",
  rtsCts: "supported",
  dtrDsr: "supported",
  modemLines: "supported",
  modemLineEvents: "supported",
  breakSignal: "supported",
  exclusiveAccess: "supported",
  lowLatency: "supported",
  rs485: "supported",
  inputWaiting: "supported",
  outputWaiting: "supported",
  lineErrorCounters: "supported",
};

const CAPABILITIES: readonly Capability[] = ["supported", "unsupported", "unknown"];

const RS485_AT_FIRST = createRs485Config({ enabled: false });

export class MemoryDriver {
  /** The features that it announces. */
  readonly platform: SerialCapabilities;
  readonly #takeBaudRate: (baudRate: number) => number;
  #outcome: Outcome = UNCONFIGURED;
  #baudRate: number;

  constructor(options: MemoryDriverOptions = {}) {
    check(options);
    const features = { ...FULLY_FEATURED, ...options.features };
    this.platform = createCapabilities("memory", "memory", features);
    this.#takeBaudRate = options.takeBaudRate ?? ((baudRate) => baudRate);
    this.#baudRate = this.config.baudRate;
  }

  /** Settings in force. */
  get config(): SerialConfig {
    return this.#outcome.inForce;
  }

  /** The answer to the latest configuration. */
  get outcome(): Outcome {
    return this.#outcome;
  }

  /** Returns whether a feature is really there. */
  has(feature: Feature): boolean {
    return this.platform[feature] === "supported";
  }

  /** The real features: those that it refuses are `unsupported`. */
  get capabilities(): SerialCapabilities {
    const refused = Object.entries(this.platform).filter(([, value]) => value === "unknown");
    const learned = Object.fromEntries(refused.map(([name]) => [name, "unsupported"] as const));
    return refineCapabilities(this.platform, learned);
  }

  /** Fails when a feature is missing. */
  require(feature: Feature, path: string, operation: string): void {
    if (!this.has(feature)) throw this.#refusal(path, operation);
  }

  /** Applies settings in one commit; nothing changes when a refusal stops it. */
  configure(path: string, wanted: SerialConfig, onRefusal: OnRefusal): Outcome {
    const platform = this.capabilities;
    const refusals = new Refusals(onRefusal);
    const config = waiveUnsupported({ path, platform, config: wanted }, refusals);
    if (config.controlLines !== this.config.controlLines && !this.has("modemLines")) {
      const { rts, dtr } = config.controlLines;
      if ((rts ?? dtr) !== undefined)
        refusals.add("controlLines", this.#refusal(path, "configure"));
    }
    const baudRate = this.#takeBaudRate(config.baudRate);
    const taken = { ...this.effectiveConfig(), baudRate };
    refusals.addAll(changedSettings({ path, hasFraming: false }, config, taken));
    this.#outcome = refusals.outcome(config, taken, this.config);
    this.#baudRate = baudRate;
    return this.#outcome;
  }

  /** Reads the settings back. */
  effectiveConfig(): EffectiveConfig {
    const { dataBits, parity, stopBits, flowControl, hangupOnClose } = this.config;
    const baudRate = this.#baudRate;
    const rs485 = this.#rs485();
    const framing = { dataBits, parity, stopBits, flowControl, hangupOnClose };
    return Object.freeze({ baudRate, ...framing, rs485 });
  }

  /** Restores the setting that outlives a port: the RS-485 block. */
  restore(): void {
    this.#outcome = UNCONFIGURED;
  }

  #rs485(): Rs485Config | null {
    return this.has("rs485") ? (this.config.rs485 ?? RS485_AT_FIRST) : null;
  }

  #refusal(path: string, operation: string): UnsupportedFeatureError {
    return new UnsupportedFeatureError(
      `Cannot ${actionOf(operation)} port "${path}": not supported by the driver`,
      { code: "ERR_SERIAL_UNSUPPORTED", path, operation },
    );
  }
}

function check({ features = {}, takeBaudRate }: MemoryDriverOptions): void {
  checkOptions(features, { parameter: "features", group: "features.", known: FEATURES });
  for (const [name, value] of Object.entries(features)) {
    if (value === undefined || isOneOf(value, CAPABILITIES)) continue;
    throw invalid(`features.${name}`, value, `one of ${CAPABILITIES.join(", ")}`);
  }
  if (takeBaudRate === undefined || typeof takeBaudRate === "function") return;
  throw invalid("takeBaudRate", takeBaudRate, "a function");
}
