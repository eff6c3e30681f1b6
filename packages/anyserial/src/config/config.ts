// SerialConfig: defaults, validation and derivation. Pure, frozen, checked before any system call;
// only values that are invalid on every platform are refused here.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { SETTING_NAMES, SETTINGS, type SettingsCall } from "../arguments/settings.ts";
import { invalid, isBoolean, isIntegerIn, isOneOf, isRecord } from "../arguments/validate.ts";
import type { ControlLines } from "../model/modem-lines.ts";
import { createRs485Config, type Rs485Config } from "./rs485.ts";

/** Bits per character. */
export type DataBits = 5 | 6 | 7 | 8;
/** Parity bit after the data bits. */
export type Parity = "none" | "odd" | "even" | "mark" | "space";
/** Length of the stop bit, in bits. */
export type StopBits = 1 | 1.5 | 2;
/** The reaction to an optional feature that the platform, driver or device lacks. */
export type UnsupportedPolicy = "raise" | "warn" | "ignore";

/** Flow control; the three are independent. */
export interface FlowControl {
  /**
   * Software flow control (DC1, DC3) in both directions.
   * @defaultValue false
   */
  readonly xonXoff: boolean;
  /**
   * Hardware flow control by RTS and CTS.
   * @defaultValue false
   */
  readonly rtsCts: boolean;
  /**
   * Hardware flow control by DTR and DSR.
   * @defaultValue false
   */
  readonly dtrDsr: boolean;
}

/** Settings of a port: a frozen record. */
export interface SerialConfig {
  /**
   * Symbols per second on the line, 1 to 4294967295. `effectiveConfig()` has the rate that the
   * driver uses.
   * @defaultValue 115200
   */
  readonly baudRate: number;
  /** @defaultValue 8 */
  readonly dataBits: DataBits;
  /** @defaultValue "none" */
  readonly parity: Parity;
  /** @defaultValue 1 */
  readonly stopBits: StopBits;
  /** @defaultValue all off */
  readonly flowControl: FlowControl;
  /**
   * Levels of DTR and RTS, set right after open and before the first byte. An omitted line is left
   * as the driver has it: opening a port asserts both on most drivers.
   * @defaultValue `{}`
   */
  readonly controlLines: ControlLines;
  /**
   * `count`: errors are counted only. `mark`: breaks, framing and parity errors are also reported
   * in stream position by `receiveEvents()`.
   * @defaultValue "count"
   */
  readonly lineErrors: "count" | "mark";
  /**
   * Takes an advisory lock: a second opener gets `PortBusyError`.
   * @defaultValue false
   */
  readonly exclusive: boolean;
  /**
   * Drops DTR when the last opener closes the port (HUPCL).
   * @defaultValue true
   */
  readonly hangupOnClose: boolean;
  /**
   * Asks the driver to hand over received bytes at once; put back on close.
   * @defaultValue false
   */
  readonly lowLatency: boolean;
  /**
   * Most bytes that one receive takes when the caller does not say, 64 to 16777216 bytes.
   * @defaultValue 65536
   */
  readonly readChunkSize: number;
  /**
   * RS-485 mode of the driver; `null` leaves the driver as it is.
   * @defaultValue null
   */
  readonly rs485: Rs485Config | null;
  /**
   * Opening discards bytes received before. `false` keeps them, and bytes that a device sends at
   * the very moment of opening. Drivers keep nothing for a port that was closed; emulated ports do.
   * Without effect on an open port.
   * @defaultValue true
   */
  readonly discardInputOnOpen: boolean;
  /**
   * The reaction to an unavailable optional feature: `raise` fails and leaves no trace, `warn`
   * emits one process warning per port and feature, `ignore` continues silently.
   * @defaultValue "raise"
   */
  readonly unsupportedPolicy: UnsupportedPolicy;
}

/** Settings from a caller: every field optional, flow control and RS-485 in part. */
export type SerialConfigInput = {
  readonly [K in keyof SerialConfig]?:
    | (K extends "flowControl"
        ? Partial<FlowControl>
        : K extends "rs485"
          ? Partial<Rs485Config> | null
          : SerialConfig[K])
    | undefined;
};

/** Settings as read back from the driver. */
export interface EffectiveConfig {
  /** Rate that the driver really took, in baud. */
  readonly baudRate: number;
  /** Bits per character. */
  readonly dataBits: DataBits;
  /** Parity in force. */
  readonly parity: Parity;
  /** Stop bits in force. */
  readonly stopBits: StopBits;
  /** Flow control in force. */
  readonly flowControl: FlowControl;
  /** DTR is dropped on the last close. */
  readonly hangupOnClose: boolean;
  /** RS-485 block of the driver; `null` where the driver has none. */
  readonly rs485: Rs485Config | null;
}

const LINES_UNSET = { dtr: false, rts: false };
const INPUT = "leave it out: it is an input, which modemLines() reads";
const INPUTS = { cts: INPUT, dsr: INPUT, dcd: INPUT, ri: INPUT };

const FLOW_OFF: FlowControl = Object.freeze({ xonXoff: false, rtsCts: false, dtrDsr: false });

const DEFAULTS: SerialConfig = Object.freeze({
  baudRate: 115_200,
  dataBits: 8,
  parity: "none",
  stopBits: 1,
  flowControl: FLOW_OFF,
  controlLines: Object.freeze({}),
  lineErrors: "count",
  exclusive: false,
  hangupOnClose: true,
  lowLatency: false,
  readChunkSize: 65_536,
  rs485: null,
  discardInputOnOpen: true,
  unsupportedPolicy: "raise",
});

/**
 * Builds a complete configuration from the fields that differ from the defaults.
 *
 * @param input Fields to set; `undefined` means the default.
 * @returns A frozen record.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — a field is wrong or unknown; the
 *   message names the field, the value and what is allowed.
 */
export function createSerialConfig(input: SerialConfigInput = {}): SerialConfig {
  return applyChanges(DEFAULTS, input);
}

/**
 * Derives a configuration.
 *
 * @param base Configuration to start from.
 * @param changes Fields to change; `flowControl` and `controlLines` are merged field by field.
 * @returns A frozen record; `base` is left as it is.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — a field is wrong or unknown.
 */
export function withChanges(base: SerialConfig, changes: SerialConfigInput): SerialConfig {
  if (!isRecord(base) || SETTING_NAMES.some((name) => !Object.hasOwn(base, name))) {
    throw invalid("base", base, "a whole configuration, as createSerialConfig() builds it");
  }
  return applyChanges(base, changes);
}

/**
 * Derives a configuration for a call.
 *
 * @param base Configuration to start from.
 * @param changes The caller's settings.
 * @param call The call, so that the hint for an unknown name fits it.
 * @returns As {@link withChanges}.
 */
export function applyChanges(
  base: SerialConfig,
  changes: SerialConfigInput,
  call: SettingsCall = "other",
): SerialConfig {
  checkOptions(changes, SETTINGS[call]);
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    result[name] = CHECKS[name as keyof SerialConfig](value, base);
  }
  return Object.freeze(result) as unknown as SerialConfig; // every field went through CHECKS
}

/**
 * Formats rate and framing for people.
 *
 * @param config The settings.
 * @returns `115200 8N1`.
 */
export function describeSettings({ baudRate, dataBits, parity, stopBits }: SerialConfig): string {
  return `${baudRate} ${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
}

/**
 * Checks levels of output lines.
 *
 * @param lines The caller's levels.
 */
export function checkControlLines(lines: ControlLines): void {
  CHECKS.controlLines(lines, DEFAULTS);
}

/**
 * Checks the settings of a call that opens a port.
 *
 * @param settings The caller's settings.
 * @param call Which call.
 * @returns As {@link createSerialConfig}.
 */
export function settingsFor(call: SettingsCall, settings: SerialConfigInput): SerialConfig {
  return applyChanges(DEFAULTS, settings, call);
}

type Check = (value: unknown, base: SerialConfig) => unknown;

const CHECKS: Readonly<Record<(typeof SETTING_NAMES)[number], Check>> = {
  baudRate: integer("baudRate", 1, 0xffff_ffff),
  dataBits: oneOf("dataBits", [5, 6, 7, 8]),
  parity: oneOf("parity", ["none", "odd", "even", "mark", "space"]),
  stopBits: oneOf("stopBits", [1, 1.5, 2]),
  flowControl: (value, base) => flags("flowControl", FLOW_OFF)(value, base.flowControl),
  controlLines: (value, base) =>
    flags("controlLines", LINES_UNSET, INPUTS)(value, base.controlLines),
  lineErrors: oneOf("lineErrors", ["count", "mark"]),
  exclusive: boolean("exclusive"),
  hangupOnClose: boolean("hangupOnClose"),
  lowLatency: boolean("lowLatency"),
  readChunkSize: integer("readChunkSize", 64, 16 * 1024 * 1024),
  // createRs485Config checks every field itself.
  rs485: (value) => createRs485Config(value as Partial<Rs485Config> | null),
  discardInputOnOpen: boolean("discardInputOnOpen"),
  unsupportedPolicy: oneOf("unsupportedPolicy", ["raise", "warn", "ignore"]),
};

function integer(name: string, minimum: number, maximum: number): Check {
  return (value) => {
    if (isIntegerIn(value, minimum, maximum)) return value;
    throw invalid(name, value, `an integer from ${minimum} to ${maximum}`);
  };
}

function oneOf(name: string, allowed: readonly unknown[]): Check {
  return (value) => {
    if (isOneOf(value, allowed)) return value;
    throw invalid(name, value, `one of ${allowed.join(", ")}`);
  };
}

function boolean(name: string): Check {
  return (value) => {
    if (isBoolean(value)) return value;
    throw invalid(name, value, "a boolean");
  };
}

function flags(
  name: string,
  known: object,
  elsewhere: Readonly<Record<string, string>> = {},
): (value: unknown, base: object) => unknown {
  const names = Object.keys(known);
  const spec: OptionSpec = { parameter: name, group: `${name}.`, known: names, elsewhere };
  return (value, base) => {
    checkOptions(value, spec);
    const result: Record<string, unknown> = { ...base };
    for (const [key, given] of Object.entries(value as object)) {
      if (given === undefined) continue;
      if (!isBoolean(given)) throw invalid(`${name}.${key}`, given, "a boolean");
      result[key] = given;
    }
    return Object.freeze(result);
  };
}
