// Settings of one in-memory driver: what it has, what it was asked for, what it took. No I/O.

import {
  type Capability,
  createCapabilities,
  type Feature,
  refineCapabilities,
  type SerialCapabilities,
} from "../capabilities.ts";
import { createSerialConfig, type EffectiveConfig, type SerialConfig } from "../config.ts";
import { actionOf, UnsupportedFeatureError } from "../errors.ts";
import { settleAgainstPlatform } from "../policy.ts";
import { changedSettings } from "../read-back.ts";
import { createRs485Config, type Rs485Config } from "../rs485.ts";
import type { SettleUnsupported } from "./backend.ts";

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

const RS485_AT_FIRST = createRs485Config({ enabled: false });

/** One driver. */
export class MemoryDriver {
  /** What it says it has. */
  readonly platform: SerialCapabilities;
  readonly #takeBaudRate: (baudRate: number) => number;
  #config: SerialConfig = createSerialConfig();
  #baudRate: number;

  constructor(options: MemoryDriverOptions = {}) {
    const features = { ...FULLY_FEATURED, ...options.features };
    this.platform = createCapabilities("memory", "memory", features);
    this.#takeBaudRate = options.takeBaudRate ?? ((baudRate) => baudRate);
    this.#baudRate = this.#config.baudRate;
  }

  /** Settings in force. */
  get config(): SerialConfig {
    return this.#config;
  }

  /** Tells whether a feature is really there. */
  has(feature: Feature): boolean {
    return this.platform[feature] === "supported";
  }

  /** What it really has: what it refuses is `unsupported`. */
  get capabilities(): SerialCapabilities {
    const refused = Object.entries(this.platform).filter(([, value]) => value === "unknown");
    const learned = Object.fromEntries(refused.map(([name]) => [name, "unsupported"] as const));
    return refineCapabilities(this.platform, learned);
  }

  /** Fails when a feature is missing. */
  require(feature: Feature, path: string, operation: string): void {
    if (!this.has(feature)) throw this.#refusal(path, operation);
  }

  /** Takes settings in one commit; nothing changes when `settle` throws. */
  configure(path: string, wanted: SerialConfig, settle: SettleUnsupported): void {
    const platform = this.capabilities;
    const config = settleAgainstPlatform({ path, platform, config: wanted, settle });
    if (config.controlLines !== this.#config.controlLines && !this.has("modemLines")) {
      const { rts, dtr } = config.controlLines;
      if ((rts ?? dtr) !== undefined) settle("controlLines", this.#refusal(path, "configure"));
    }
    const baudRate = this.#takeBaudRate(config.baudRate);
    const taken = { ...this.effectiveConfig(), baudRate };
    for (const change of changedSettings({ path, hasFraming: false }, config, taken)) {
      settle(change.setting, change.error);
    }
    this.#config = config;
    this.#baudRate = baudRate;
  }

  /** Reads the settings back. */
  effectiveConfig(): EffectiveConfig {
    const { dataBits, parity, stopBits, flowControl, hangupOnClose } = this.#config;
    const baudRate = this.#baudRate;
    const rs485 = this.#rs485();
    const framing = { dataBits, parity, stopBits, flowControl, hangupOnClose };
    return Object.freeze({ baudRate, ...framing, rs485 });
  }

  /** Puts back what outlives a port: the RS-485 block. */
  restore(): void {
    this.#config = createSerialConfig();
  }

  #rs485(): Rs485Config | null {
    return this.has("rs485") ? (this.#config.rs485 ?? RS485_AT_FIRST) : null;
  }

  #refusal(path: string, operation: string): UnsupportedFeatureError {
    return new UnsupportedFeatureError(
      `Cannot ${actionOf(operation)} port "${path}": not supported by the driver`,
      { code: "ERR_SERIAL_UNSUPPORTED", path, operation },
    );
  }
}
