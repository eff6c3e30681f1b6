// THE CONTRACT of the line of an emulated port that has one: an adapter. A pty has none.

import type { ModemLines } from "../model/modem-lines.ts";

/** Levels of the lines of an emulated port, as seen by the device: `true` is asserted. */
export interface EmulatedLines extends ModemLines {
  /** Request to send, as the application has it. */
  readonly rts: boolean;
  /** Data terminal ready, as the application has it. */
  readonly dtr: boolean;
  /** The application sends a break. */
  readonly break: boolean;
}

/** A broken character for the application to receive, or a break. */
export type InjectedError =
  | { readonly kind: "break" }
  | {
      /** `overrun`: characters before this one were lost. */
      readonly kind: "framing" | "parity" | "overrun";
      /** The character, 0 to 255. */
      readonly byte: number;
    };

/** Something that happened on the line. */
export type LineChange =
  /** The application set DTR or RTS, or began or ended a break. */
  | { readonly kind: "lines"; readonly lines: EmulatedLines }
  /** The adapter was plugged in; `path` leads to it. */
  | { readonly kind: "plug"; readonly path: string }
  /** The adapter was pulled out. */
  | { readonly kind: "unplug" };

/** The line of an adapter. */
export interface EmulatedLine {
  onChange: ((change: LineChange) => void) | undefined;
  /** The kernel of a machine has the adapter. */
  readonly isPlugged: boolean;
  lines(): EmulatedLines;
  /** Sets inputs of the application; those that are not named keep their level. */
  setModemLines(lines: Partial<ModemLines>): Promise<void>;
  /** Lets a broken character arrive, behind all bytes that were written before. */
  inject(error: InjectedError): Promise<void>;
  plug(): Promise<void>;
  unplug(): Promise<void>;
}
