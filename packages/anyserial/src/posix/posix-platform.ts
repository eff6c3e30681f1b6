// The part of a POSIX platform beside the shared device: data, and a few overrides. linux, darwin
// and bsd each build one.

import type { SerialConfig } from "../config/config.ts";
import type { Refusals } from "../config/refusals.ts";
import type { Rs485Config } from "../config/rs485.ts";
import type { Capability, Feature, SerialCapabilities } from "../model/capabilities.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import type { ModemLineCounts } from "../model/modem-lines.ts";
import type { Libc } from "./libc.ts";
import type { PosixAbi } from "./posix-abi.ts";
import type { Termios } from "./termios.ts";
import type { NativeThreads } from "./threads/native-threads.ts";

export interface PosixPlatform {
  readonly name: string;
  readonly abi: PosixAbi;
  readonly libc: Libc;
  readonly capabilities: SerialCapabilities;

  /** Puts a rate into the settings. */
  applyBaudRate(termios: Termios, baudRate: number): Termios;
  /** Reads the rate that the driver took, in baud. */
  readBaudRate(fd: number, termios: Termios): number;
  /**
   * Commits settings, where that takes more than one request: every commit goes through here, those
   * that put old settings back as well. By default TERMIOS_SET alone.
   */
  commitTermios?(fd: number, termios: Uint8Array): Commit;
  /** The descriptor is the device side of a pty: it has no line, and framing is not compared. */
  isPseudoTerminal(fd: number, path: string): boolean;
  /** A pty hands over written bytes at once, and its output queue is always empty. */
  readonly ptyQueuesNothing?: boolean;
  /**
   * Whether the device is gone, called after an event of a port without a pending call: for systems
   * whose readiness does not distinguish a hang-up from data.
   */
  isGone?(fd: number): boolean;
  /**
   * Interval of that call, in milliseconds: only where the kernel has no event when a device goes.
   */
  readonly gonePollMs?: number | undefined;
  /** Discards a queue; returns `-errno` on failure. */
  discard(fd: number, queue: "input" | "output"): number;

  /** Settings of the driver beyond termios, for one open port. */
  driverSettings(fd: number, path: string): readonly DriverSetting[];
  /** RS-485 block in force; `null` where the driver has none. */
  readRs485(fd: number): Rs485Config | null;
  /** Asks the driver what it has, without side effects. */
  probe(fd: number): Partial<Record<Feature, Capability>>;
  /** Driver's counters, or `-errno`. */
  readCounts(fd: number): { edges: ModemLineCounts; errors: LineErrorCounts } | number;
  /** Whether the driver of a port counts an edge later than its levels show it. */
  countsLinesLate?(path: string): boolean;
  /** The transmitter's FIFO is empty; `undefined` where the driver cannot say, `-errno` on failure. */
  isTransmitterEmpty(fd: number): boolean | number | undefined;
  /** A program has requested exclusive use; `undefined` where the driver does not report it. */
  isExclusive(fd: number): boolean | undefined;
  /** Low latency is on; `undefined` where the driver has none. */
  isLowLatency(fd: number): boolean | undefined;
  /** Threads for calls that wait in the driver; without them they wait where they are made. */
  readonly threads?: NativeThreads | undefined;
  /** tcdrain(3) in this thread; returns `-errno` on failure. */
  tcdrain(fd: number): number;
  /** Says what to do when a port does not open with an error of a name, in place of the general hint. */
  openHint?(path: string, code: string): string | undefined;
  /** This program itself has a port open; missing where that cannot be found. */
  isOpenHere?(path: string): boolean;
  /** Names the other program that holds a port, where that can be found. */
  findHolder(path: string): Promise<string | undefined>;
}

/** Result of a commit of the settings. */
export interface Commit {
  /** 0 or more, or `-errno`. */
  readonly result: number;
  /** The call that answered so. */
  readonly syscall: string;
  /** Everything took but the rate: the line is at a standard one. */
  readonly isRateOnly: boolean;
}

/** One setting of the driver outside termios. */
export interface DriverSetting {
  /** Applies the configured value; a refusal goes to the policy. */
  apply(config: SerialConfig, refusals: Refusals): void;
  /** Restores the value from before the first change; never throws. */
  restore(): void;
}
