// THE CONTRACT between a network and whatever its bytes come from and go to.

import type {
  ClientSnapshot,
  LineRequest,
  LinkState,
  MemberConfig,
  MemberKind,
  MemberSettings,
} from "../model/types.ts";
import type { LineWish } from "./following.ts";
import type { LineEnd, LineHost, LineQueue } from "./line-end.ts";

/** The application or peer that comes or leaves. */
export interface PresenceDetail {
  /** Address of the peer, where there is one. */
  readonly peer?: string | undefined;
  /** Why it goes, as a clause; `undefined` when it just closed. */
  readonly reason?: string | undefined;
  /** Other clients of the member are there before and after: it is only reported. */
  readonly isOneOfSeveral?: boolean | undefined;
}

/** A client that was disconnected because another one is served. */
export interface Refusal {
  /** Address of the last one that was refused, where clients have addresses. */
  readonly peer: string | undefined;
  /** Address of the client that is served. */
  readonly present: string | undefined;
  /** How many were refused since the last report. */
  readonly count: number;
}

/** Callbacks from a member to its network. Calls never throw. */
export interface MemberHost {
  /** The member, as `network/name`. */
  readonly name: string;
  /** For members with a line. */
  readonly line: LineHost;
  /** Bytes from the member; the memory is the member's, and used again. */
  onData(bytes: Uint8Array): void;
  /** There is room again; once for each `notifyWritable()`. */
  onWritable(): void;
  /** An application or peer came, or left. */
  onPresence(present: boolean, detail?: PresenceDetail): void;
  /** Rate, framing or mode changed. */
  onSettings(settings: MemberSettings): void;
  /** Bytes that `write()` had taken are lost. */
  onLost(bytes: number): void;
  /** An operation failed; the member retries by itself if `willRetry`. */
  onError(error: Error, willRetry: boolean): void;
  /** A call failed in the background: treated as one that the network made. */
  onFailure(error: unknown): void;
  /** Something about the member cannot be found out now; it works all the same. */
  onQueryFailed(error: Error): void;
  /** The failure is over, though no application or peer has come yet. */
  onWorking(): void;
  /** Clients were refused. */
  onRefused(refusal: Refusal): void;
  /** The member works, and something about it is likely to be wrong; a sentence without a full stop. */
  onWarning(message: string): void;
  /** Another program had removed the link; it is there again. */
  onLinkRestored(): void;
}

/** One member. No method except `open` and `close` waits. `GuardedMember` handles their errors. */
export interface Member {
  readonly kind: MemberKind;
  /** The member's name for people: a path, an address, a command. */
  readonly path: string;
  /** The pty behind a link. */
  readonly devicePath?: string | undefined;
  /** State of the link's path; `undefined` where there is no link. */
  readonly link?: LinkState | undefined;
  /** An application or peer is there and could read. */
  readonly isPresent: boolean;
  /** Address of the peer that is there, where there is one. */
  readonly peer?: string | undefined;
  /**
   * Takes as many bytes as there is room for.
   *
   * @param bytes Copied if kept.
   * @returns Bytes taken, in order; 0 when there is no room.
   */
  write(bytes: Uint8Array): number;
  /** Has `onWritable` called as soon as a write would be taken, at least in part. */
  notifyWritable(): void;
  /** Stops or resumes reading from the other side; at most one chunk still arrives. */
  setReading(reading: boolean): void;
  /** Bytes taken that the other side has not read; `undefined` where that is not known now. */
  unreadBytes(): number | undefined;
  /**
   * The other side has read since the last call, or bytes have left for it: a slow reader from one that does
   * not read. `undefined` at the first call, and where it is not known. Never rejects.
   */
  hasRead(): boolean | undefined | Promise<boolean | undefined>;
  /** Discards bytes that the other side has not read. */
  discardUnread(): void;
  /** The settings chosen by the application; `undefined` where there is no line. */
  settings(): MemberSettings | undefined;
  /** Lines of its plug; `undefined` where it has none. */
  readonly lines?: LineEnd | undefined;
  /**
   * Its application chooses data bits and parity, too, and the member calls `LineHost.ask()`. Where it does not, as on
   * a pty, the network asks for what `settings()` says. @defaultValue false
   */
  readonly hasFraming?: boolean | undefined;
  /**
   * Takes settings that an application of another member asks for, also while it is not open. Calls `LineHost.onFollowed()`.
   * Resolves when they are taken or refused. Never rejects.
   */
  follow?(wish: LineWish): Promise<void>;
  /** Discards bytes that its driver holds. */
  discardLine?(queue: LineQueue): Promise<void>;
  /** Clients that it serves, where there may be several. */
  clients?(): readonly ClientSnapshot[];
  /** Disconnects the application or peer; the member stays, for the next one. */
  hangUp(): void;
  /** Acquires its resources. After a failure nothing is left behind, and it may be called again. */
  open?(): Promise<void>;
  /** Makes it visible under its path, in place of the member that had the path before. */
  publish?(): void;
  /** Recreates files that another program removed. */
  repair?(): void;
  /** Sets lines of a real port. Only where there are lines. */
  setControlLines?(lines: LineRequest): Promise<void>;
  /** Takes options that need no new member. */
  reconfigure?(config: MemberConfig): void;
  close(): Promise<void>;
}
