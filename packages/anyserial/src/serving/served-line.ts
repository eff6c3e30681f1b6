// THE SEAM between the server and the port that it serves: a line with settings, levels and a break.

import type { DataBits, Parity, StopBits } from "../config/config.ts";
import type { ControlLines, ModemLines } from "../model/modem-lines.ts";

/** Flow control as RFC 2217 names it: one kind at a time. */
export type LineFlow = "none" | "xonXoff" | "rtsCts" | "dtrDsr";

/** Settings that a client may ask for. */
export interface LineSettings {
  /** In baud. */
  readonly baudRate: number;
  readonly dataBits: DataBits;
  readonly parity: Parity;
  readonly stopBits: StopBits;
  readonly flow: LineFlow;
}

/** Levels of the outputs; `true` is asserted. */
export interface OutputLevels {
  readonly dtr: boolean;
  readonly rts: boolean;
}

/** The line of a port that is served. A call that fails rejects: the answer then has the settings in force. */
export interface ServedLine {
  /** Settings as the driver took them. */
  settings(): LineSettings;
  /** Levels of the outputs, as far as they are known. */
  readonly outputs: OutputLevels;
  /** The break condition is asserted. */
  readonly isBreaking: boolean;
  apply(changes: Partial<LineSettings>): Promise<void>;
  /** Sets the named lines, in one step where there are two. */
  setOutputs(lines: ControlLines): Promise<void>;
  setBreak(asserted: boolean): Promise<void>;
  discard(queue: "input" | "output"): Promise<void>;
  /** Levels of the inputs; `undefined` where the port has none. */
  modemLines(): Promise<ModemLines | undefined>;
}
