// THE CONTRACT between a network and whatever its bytes come from and go to.

import type { MemberKind, MemberSettings } from "../types.ts";

/** What a member tells its network. Calls never throw. */
export interface MemberHost {
  /** Bytes from the member; the memory is the member's, and used again. */
  onData(bytes: Uint8Array): void;
  /** There is room again; once for each `tellWritable()`. */
  onWritable(): void;
  /** Somebody came, or left. */
  onPresence(present: boolean): void;
  /** Rate, framing or mode changed. */
  onSettings(settings: MemberSettings): void;
  /** Bytes that `write()` had taken are lost. */
  onLost(bytes: number): void;
  /** Something failed; the member goes on by itself if `willRetry`. */
  onError(error: Error, willRetry: boolean): void;
}

/** One member. No method waits, and none throws. */
export interface Member {
  readonly kind: MemberKind;
  /** What a person calls it. */
  readonly path: string;
  /** The pty behind a link. */
  readonly devicePath?: string | undefined;
  /** Somebody is there who could read. */
  readonly isPresent: boolean;
  /**
   * Takes what it can now.
   *
   * @param bytes Copied if kept.
   * @returns Bytes taken, in order; 0 when there is no room.
   */
  write(bytes: Uint8Array): number;
  /** Has `onWritable` called as soon as a write would be taken, at least in part. */
  tellWritable(): void;
  /** Stops or goes on taking bytes from the other side; at most one chunk still arrives. */
  setReading(reading: boolean): void;
  /** Bytes taken that the other side has not read. */
  unreadBytes(): number;
  /** Throws away what the other side has not read. */
  discardUnread(): void;
  /** What the application asked for; `undefined` where there is no line. */
  settings(): MemberSettings | undefined;
  /** Hangs up on whoever is there; the member stays, for the next one. */
  hangUp(): void;
  /** Makes it visible under its path, in place of the member that had the path before. */
  publish?(): void;
  close(): Promise<void>;
}
