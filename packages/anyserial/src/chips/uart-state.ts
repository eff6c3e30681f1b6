// Plain data of an emulated UART: settings, lines, errors. Types and tables only.

import type { DataBits, Parity, StopBits } from "../config/config.ts";
import type { ModemLines } from "../model/modem-lines.ts";

/** Error of an arriving character. */
export type CharacterError = "break" | "framing" | "parity" | "overrun";

/** Settings that the driver has sent to the chip. */
export interface UartSettings {
  /** Symbols per second, as the chip's divider makes them. */
  readonly baudRate: number;
  readonly dataBits: DataBits;
  readonly parity: Parity;
  readonly stopBits: StopBits;
  /** The chip holds its output back while CTS is not asserted. */
  readonly rtsCts: boolean;
}

/** Levels of the output pins. */
export interface UartOutputs {
  readonly dtr: boolean;
  readonly rts: boolean;
}

/** Something for the host: characters, or a report of the lines alone. */
export interface Arrival {
  readonly data: Uint8Array;
  readonly error: CharacterError | undefined;
  /** As they were then. */
  readonly lines: ModemLines;
}

/** Settings of a chip before its driver sends any. */
export const FIRST_SETTINGS: UartSettings = {
  baudRate: 9600,
  dataBits: 8,
  parity: "none",
  stopBits: 1,
  rtsCts: false,
};

/** No line asserted. */
export const NO_LINES: ModemLines = { cts: false, dsr: false, ri: false, dcd: false };

/** Parities in the order in which most chips number them. */
export const PARITIES = ["none", "odd", "even", "mark", "space"] as const;
/** Stop bits in the order in which most chips number them. */
export const STOP_BITS = [1, 1.5, 2] as const;

/** Data bits that a chip was sent; 8 where it is no such number. */
export function dataBitsOf(value: number): DataBits {
  return value === 5 || value === 6 || value === 7 ? value : 8;
}
