// The settings of the application on an emulated port. Types only.

import type { TerminalMode } from "../backend/emulated-port.ts";
import type { EffectiveConfig, SerialConfigInput } from "../config/config.ts";

/**
 * Settings chosen by an application on its side. A pty has no line: Linux always keeps 8 data bits
 * and no parity, every other setting is the application's.
 */
export interface VirtualPortSettings extends Omit<EffectiveConfig, "rs485">, TerminalMode {}

/** Settings that an application finds when it opens the port. */
export interface VirtualPortPreset
  extends Pick<SerialConfigInput, "baudRate" | "stopBits" | "flowControl"> {}
