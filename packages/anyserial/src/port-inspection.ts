// What can be seen of a port without changing it: data for the doctor and for people.

import type { LineErrorCounts } from "./backend/backend.ts";
import type { SerialCapabilities } from "./capabilities.ts";
import type { EffectiveConfig } from "./config.ts";
import type { ControlLines, ModemLines } from "./modem-lines.ts";

/** How a terminal treats what passes. */
export interface TerminalState {
  /** Input is handed over line by line: raw bytes wait for a newline. */
  readonly canonical: boolean;
  /** What arrives is sent back. */
  readonly echo: boolean;
  /** Output is processed: a newline becomes two bytes. */
  readonly outputProcessing: boolean;
  /** Fewest bytes that a read waits for (VMIN). */
  readonly minimumBytes: number;
}

/** A look at a port; frozen. A field is `undefined` where the driver does not tell. */
export interface PortInspection {
  /** Path that was looked at. */
  readonly path: string;
  /** The device side of a pty. */
  readonly isPseudoTerminal: boolean;
  /** What the driver has in force. */
  readonly settings: EffectiveConfig;
  /** How the terminal treats what passes. */
  readonly terminal: TerminalState;
  /** What the port can do, refined by its driver. */
  readonly capabilities: SerialCapabilities;
  /** Bytes received and not read by anybody. */
  readonly inputWaiting: number | undefined;
  /** Bytes not yet handed to the hardware. */
  readonly outputWaiting: number | undefined;
  /** A write would be accepted, at least in part. */
  readonly isWritable: boolean;
  /** Input lines. */
  readonly modemLines: ModemLines | undefined;
  /** Output lines while the port is looked at: opening raises both on most systems. */
  readonly controlLines: Required<ControlLines> | undefined;
  /** Line errors since the driver was loaded. */
  readonly lineErrors: LineErrorCounts | undefined;
  /** Somebody asked for exclusive use (TIOCEXCL). */
  readonly exclusive: boolean | undefined;
  /** The driver hands over received bytes at once (ASYNC_LOW_LATENCY). */
  readonly lowLatency: boolean | undefined;
}
