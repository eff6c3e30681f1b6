// The result of inspecting a port without changing it: data for the doctor and for people.

import type { EffectiveConfig } from "../config/config.ts";
import type { SerialCapabilities } from "../model/capabilities.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ControlLines, ModemLines } from "../model/modem-lines.ts";

/** Terminal modes of a port. */
export interface TerminalState {
  /** Input is handed over line by line: raw bytes wait for a newline. */
  readonly canonical: boolean;
  /** Received bytes are sent back. */
  readonly echo: boolean;
  /** Output is processed: a newline becomes two bytes. */
  readonly outputProcessing: boolean;
  /** Fewest bytes that a read waits for (VMIN). */
  readonly minimumBytes: number;
}

/**
 * The result of an inspection; frozen. A field is `undefined` where the driver does not report it.
 */
export interface PortInspection {
  /** The inspected path. */
  readonly path: string;
  /** The device side of a pty. */
  readonly isPseudoTerminal: boolean;
  /** The settings that the driver has in force. */
  readonly settings: EffectiveConfig;
  /** The terminal modes. */
  readonly terminal: TerminalState;
  /** Capabilities of the port, refined by its driver. */
  readonly capabilities: SerialCapabilities;
  /** Bytes received and not read by anybody. */
  readonly inputWaiting: number | undefined;
  /** Bytes not yet handed to the hardware. */
  readonly outputWaiting: number | undefined;
  /** A write would be accepted, at least in part. */
  readonly isWritable: boolean;
  /** Input lines. */
  readonly modemLines: ModemLines | undefined;
  /** Levels of the output lines during the inspection: opening raises both on most systems. */
  readonly controlLines: Required<ControlLines> | undefined;
  /** Line errors since the driver was loaded. */
  readonly lineErrors: LineErrorCounts | undefined;
  /** A program has requested exclusive use (TIOCEXCL). */
  readonly exclusive: boolean | undefined;
  /** The driver hands over received bytes at once (ASYNC_LOW_LATENCY). */
  readonly lowLatency: boolean | undefined;
}
