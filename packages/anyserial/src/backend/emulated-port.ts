// THE CONTRACT of an emulated port: this side of a pty or of an adapter, which plays the device.

import type { EffectiveConfig, SerialConfig } from "../config/config.ts";
import type { OpenPort } from "./channel.ts";
import type { EmulatedLine } from "./emulated-line.ts";

/**
 * The controller of a pty, or an adapter. Reads the bytes that the application writes, and writes those that it
 * reads; an absent application is waited for, never an error.
 */
export interface EmulatedBackendPort extends OpenPort {
  /** Path that an application opens; another one after a replacement. */
  readonly devicePath: string;
  /** Its line; `undefined` for a pty, which has none. */
  readonly line?: EmulatedLine;
  /** Most bytes that one read returns: fewer mean that none are left. */
  readonly mostPerRead: number;
  /**
   * Called when the pty was replaced by a new one, since the state left by its last application
   * could not be cleared. The permissions of the new device must be set again.
   */
  onReplaced: (() => void) | undefined;
  /** Called when the device may have been opened or closed; does not keep the process alive. */
  onPresence: (() => void) | undefined;
  /**
   * An application has the device open. Guarantee: when it says no after it said yes, nothing is left of
   * what a real terminal forgets with its last close.
   */
  isApplicationOpen(): boolean;
  /** Bytes that the application could read now and has not; `undefined` where that is not known. */
  unreadBytes(): number | undefined;
  /** The application has read since the last call; `undefined` where that is not known. */
  hasApplicationRead(): boolean | undefined;
  /** Discards bytes that the application has not read. @returns `false` where some may be left. */
  discardUnread(): boolean;
  /** A write would be accepted, at least in part. */
  isWritable(): boolean;
  /** Settings of the terminal, as the application made them. */
  effectiveConfig(): EffectiveConfig;
  /** Sets the terminal as an application would: it stays so until the application sets it. */
  preset(config: SerialConfig): void;
  /** How the application has set its terminal. */
  terminalMode(): TerminalMode;
  /** Sets mode and ownership of the device itself, whatever its path leads to. */
  setAccess(access: CheckedAccess): void;
}

/** Mode and ownership as the system takes them; `undefined` leaves the present value. */
export interface CheckedAccess {
  /** Permission bits. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** Modes of a terminal that matter for raw bytes. */
export interface TerminalMode {
  /** Bytes pass as they are: no line editing and no output processing. */
  readonly raw: boolean;
  /** Bytes sent to the application come back. */
  readonly echo: boolean;
}
