// The dictionaries of Web Serial, as callers write them and as they are converted. Their names and
// fields are those of https://wicg.github.io/serial/.

import {
  enforceRange,
  type Members,
  oneOf,
  toBoolean,
  toDictionary,
  toSequence,
  toServiceUuid,
  toUnsignedShort,
} from "./web-idl.ts";

/** Settings of a port, for `open()`. */
export interface SerialOptions {
  /** Symbols per second, 1 to 4294967295 baud. */
  baudRate: number;
  /**
   * Bits per character.
   * @defaultValue 8
   */
  dataBits?: 7 | 8 | undefined;
  /**
   * Length of the stop bit, in bits.
   * @defaultValue 1
   */
  stopBits?: 1 | 2 | undefined;
  /** @defaultValue "none" */
  parity?: "none" | "even" | "odd" | undefined;
  /**
   * Bytes that `readable` reads ahead, and that `writable` queues, 1 to 16777216 bytes.
   * @defaultValue 255
   */
  bufferSize?: number | undefined;
  /**
   * `hardware` uses RTS and CTS.
   * @defaultValue "none"
   */
  flowControl?: "none" | "hardware" | undefined;
}

/** Levels of output lines; a missing one is left as it is. */
export interface SerialOutputSignals {
  /** DTR */
  dataTerminalReady?: boolean | undefined;
  /** RTS */
  requestToSend?: boolean | undefined;
  /** Break condition. */
  break?: boolean | undefined;
}

/** Levels of input lines; `true` is asserted. */
export interface SerialInputSignals {
  /** DCD */
  dataCarrierDetect: boolean;
  /** CTS */
  clearToSend: boolean;
  /** RI */
  ringIndicator: boolean;
  /** DSR */
  dataSetReady: boolean;
}

/** The properties of a port that a program may know; empty for one that is no USB device. */
export interface SerialPortInfo {
  /** USB vendor id, 0 to 65535. */
  usbVendorId?: number | undefined;
  /** USB product id, 0 to 65535. */
  usbProductId?: number | undefined;
  /** Id of a Bluetooth service; never set, as these are not supported. */
  bluetoothServiceClassId?: number | string | undefined;
}

/** Properties that a port must have to be offered. */
export interface SerialPortFilter {
  /** USB vendor id, 0 to 65535. */
  usbVendorId?: number | undefined;
  /** USB product id, 0 to 65535; only with the vendor's. */
  usbProductId?: number | undefined;
  /** A Bluetooth service; no port matches it here. */
  bluetoothServiceClassId?: number | string | undefined;
}

/** Options of `requestPort()`. */
export interface SerialPortRequestOptions {
  /** A port that matches one of them is offered; every port where there are none. */
  filters?: SerialPortFilter[] | undefined;
  /** Without effect: Bluetooth services are not supported. */
  allowedBluetoothServiceClassIds?: (number | string)[] | undefined;
}

/** Converted options of `open()`. */
export interface OpenSettings {
  readonly baudRate: number;
  readonly dataBits: number;
  readonly stopBits: number;
  readonly parity: "none" | "even" | "odd";
  readonly bufferSize: number;
  readonly flowControl: "none" | "hardware";
}

const UINT32 = enforceRange(0xffff_ffff);
const OCTET = enforceRange(0xff);

const SERIAL_OPTIONS: Members<OpenSettings> = {
  baudRate: { convert: UINT32, isRequired: true },
  bufferSize: { convert: UINT32 },
  dataBits: { convert: OCTET },
  flowControl: { convert: oneOf(["none", "hardware"]) },
  parity: { convert: oneOf(["none", "even", "odd"]) },
  stopBits: { convert: OCTET },
};

const DEFAULTS = {
  bufferSize: 255,
  dataBits: 8,
  flowControl: "none",
  parity: "none",
  stopBits: 1,
} as const;

const OUTPUT_SIGNALS: Members<SerialOutputSignals> = {
  break: { convert: toBoolean },
  dataTerminalReady: { convert: toBoolean },
  requestToSend: { convert: toBoolean },
};

const FILTER: Members<SerialPortFilter> = {
  bluetoothServiceClassId: { convert: toServiceUuid },
  usbProductId: { convert: toUnsignedShort },
  usbVendorId: { convert: toUnsignedShort },
};

const REQUEST: Members<SerialPortRequestOptions> = {
  allowedBluetoothServiceClassIds: { convert: toSequence(toServiceUuid) },
  filters: { convert: toSequence((value, name) => toDictionary(value, FILTER, name)) },
};

/** Converts the argument of `open()`. */
export function toOpenSettings(options: unknown): OpenSettings {
  return { ...DEFAULTS, ...toDictionary(options, SERIAL_OPTIONS, "options") };
}

/** Converts the argument of `setSignals()`. */
export function toOutputSignals(signals: unknown): SerialOutputSignals {
  return toDictionary(signals, OUTPUT_SIGNALS, "signals");
}

/** Converts the argument of `requestPort()`. */
export function toRequestOptions(options: unknown): SerialPortRequestOptions {
  return toDictionary(options, REQUEST, "options");
}
