// The public types of the bindings, as @serialport/bindings-cpp has them.

import type { OpenOptions, PortStatus, SetOptions } from "@serialport/bindings-interface";

/** Options of a port on Linux. */
export interface LinuxOpenOptions extends OpenOptions {
  /**
   * Parity bit.
   * @defaultValue "none"
   */
  parity?: "none" | "even" | "odd";
  /**
   * Bytes that have to be there before a read that waits goes on, while `vtime` is 0: see termios(3).
   * @defaultValue 1
   */
  vmin?: number;
  /**
   * VTIME of termios(3), in tenths of a second.
   * @defaultValue 0
   */
  vtime?: number;
}

/** Options of a port on macOS. */
export interface DarwinOpenOptions extends OpenOptions {
  /**
   * Parity bit.
   * @defaultValue "none"
   */
  parity?: "none" | "even" | "odd";
  /**
   * Bytes that have to be there before a read that waits goes on, while `vtime` is 0: see termios(4).
   * @defaultValue 1
   */
  vmin?: number;
  /**
   * VTIME of termios(4), in tenths of a second.
   * @defaultValue 0
   */
  vtime?: number;
}

/** Options of a port on Windows. */
export interface WindowsOpenOptions extends OpenOptions {
  /**
   * Parity bit.
   * @defaultValue "none"
   */
  parity?: "none" | "even" | "odd" | "mark" | "space";
  /**
   * How RTS is driven under `rtscts`.
   * @defaultValue "handshake"
   */
  rtsMode?: "handshake" | "enable" | "toggle";
}

/** Lines of a port on Linux. */
export interface LinuxPortStatus extends PortStatus {
  /** The driver hands over received bytes at once. */
  lowLatency: boolean;
}

/** Lines and modes to set on Linux. */
export interface LinuxSetOptions extends SetOptions {
  /** Asks the driver to hand over received bytes at once; left as it is when it is missing. */
  lowLatency?: boolean;
}
