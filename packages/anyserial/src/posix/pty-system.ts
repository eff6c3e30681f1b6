// The parts of an emulated port that differ by platform: how a pty is opened, watched, and made
// fresh.

import type { AccessCalls } from "./device-access.ts";
import type { PresenceEvent } from "./opener-count.ts";
import type { PosixPlatform } from "./posix-platform.ts";
import type { Readiness } from "./readiness/readiness.ts";

/** Functions of the platform for a controller. */
export interface PtySystem {
  readonly platform: PosixPlatform;
  readonly readiness: Readiness;
  /**
   * Opens a new controller, whose device may be opened.
   *
   * @throws SerialError: there are no ptys, or no descriptors, left.
   */
  openController(): Controller;
  /** Opens the device of a controller; a descriptor, or `-errno`. */
  openDevice(controller: Controller): number;
  /** The call that does so, for errors. */
  readonly openSyscall: string;
  /** Sets who may open a device. */
  readonly access: AccessCalls;
  /** Reports when the device may have been opened or closed. @returns Stops it. */
  watchDevice(device: WatchedDevice): () => void;
  /** Detects reads from the device; left out where the system cannot. */
  markReads?(path: string): ReadMark;
  /** Missing where the kernel clears, with the last close, the state that a real terminal loses. */
  readonly renewal?: PtyRenewal | undefined;
}

/** An open controller and its device. */
export interface Controller {
  readonly fd: number;
  readonly devicePath: string;
}

/** Whether a device was read from. */
export interface ReadMark {
  /** Since the last call; `undefined` at the first one, and where it is not known. Never throws. */
  hasRead(): boolean | undefined;
  close(): void;
}

/** A device whose presence is watched. */
export interface WatchedDevice {
  readonly path: string;
  /** The result of the last query. */
  wasOpen(): boolean;
  /** Queries the device. */
  isOpen(): boolean;
  /** Something waits for the device to be opened. */
  isAwaited(): boolean;
  /**
   * To be called after a change.
   *
   * @param events The events, our own visits included; equal ones in a row may be one. `undefined`
   *   where the system does not report them.
   */
  onChange(events?: readonly PresenceEvent[]): void;
}

/** Makes a device fresh for its next application, after its last close. */
export interface PtyRenewal {
  /** Lets the next tcsetattr(3) of an application change something; harmless at any time. */
  loosen(controllerFd: number): void;
  /**
   * Clears the state that a real terminal loses with its last close; `false` where it cannot be
   * cleared.
   */
  forget(deviceFd: number): boolean;
  /** Resumes stopped output. */
  resume(deviceFd: number): void;
  /** dup2(2), close-on-exec: puts one descriptor in the place of another; `-errno` on failure. */
  replace(fd: number, by: number): number;
}
