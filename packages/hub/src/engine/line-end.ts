// THE CONTRACT between the wiring of a network and a member that has lines: DTR, RTS, CTS, DSR, DCD, RI and breaks.

import type { LineSignals, MemberLines } from "../model/line-levels.ts";
import type { MemberSettings } from "../model/types.ts";

/** An error on a line, as a UART finds it. */
export type LineError = "break" | "framing" | "parity" | "overrun";

/** Facts that a member wants to know of those that it receives from. */
export interface LineWants {
  /** Changes of their lines. */
  readonly signals: boolean;
  /** Errors and breaks on their lines. */
  readonly errors: boolean;
}

/** Wants nothing. */
export const NO_WANTS: LineWants = { signals: false, errors: false };

/**
 * Lines of a member. It calls `LineHost.onSignals()` with the levels that it shows to the others, as `nullModem()` makes it of
 * the outputs of an application; and with `undefined` while it has no lines. The calls may fail: the member is then
 * reported, and works on.
 */
export interface LineEnd {
  /** A real port: it shows the lines of its device, and takes those of the applications as its `lines` option says. */
  readonly isReal: boolean;
  /** Levels at its plug; `undefined` while they are not known. */
  levels(): MemberLines | undefined;
  /**
   * Takes the levels that the others show. Called with each change, and when the member is joined to a network.
   *
   * @returns A promise if it takes its time; the next call comes all the same.
   */
  setSignals(signals: LineSignals): void | Promise<void>;
  /** An error on the line of another member; the bytes that it belongs to follow. */
  lineError?(error: LineError): void;
  /**
   * Sends one character to the member that arrives broken. @returns Characters taken: 1 or 0. Where it is missing, the
   * member gets plain bytes.
   */
  sendBroken?(byte: number, error: Exclude<LineError, "break">): number;
  /** The others want to know something, or no longer. */
  watch?(wants: LineWants): void;
  /** Facts that it wants to know now; none unless it says so. */
  readonly wants?: LineWants | undefined;
  /** Reads its lines now, and calls `onSignals()`. */
  read?(): Promise<void>;
}

/** Bytes on the way to a member, or from it. */
export type LineQueue = "input" | "output";

/** Callbacks from a member with a line to its network. Calls never throw. */
export interface LineHost {
  /**
   * The member shows other levels; `undefined` while it has no lines.
   *
   * @returns Resolves when the others have taken them; `undefined` where that is at once.
   */
  onSignals(signals: LineSignals | undefined): Promise<unknown> | undefined;
  /** Levels that the others show now, as read from their devices. */
  readSignals(): Promise<LineSignals>;
  /** The wants of the member have changed. */
  onWants(): void;
  /** An error on the member's line; the bytes that it belongs to follow. */
  onError(error: LineError): void;
  /** Asks the ports that follow the member for settings. Resolves when they have taken or refused them. */
  ask(settings: MemberSettings): Promise<void>;
  /** Settings of the port that follows the member, while it is open. */
  settingsInForce(): MemberSettings | undefined;
  /** The member has taken the settings that it follows, or its driver has refused them. */
  onFollowed(error: Error | undefined): void;
  /** Discards bytes: those on their way to the member, or those of the member at the ports that follow it. */
  discard(queue: LineQueue): Promise<void>;
}
