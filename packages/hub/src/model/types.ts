// Types that the hub, its status and its observers share. Types only: plain JSON values, sizes in
// bytes, times in milliseconds.

import type { ClusterEvent, ClusterSnapshot } from "./cluster-types.ts";
import type {
  FramingKind,
  HubConfig,
  MemberKind,
  MemberRole,
  OverflowPolicy,
  Topology,
  TrafficCounts,
  WhenAbsent,
} from "./config-types.ts";
import type { MemberLines } from "./line-levels.ts";
import type { LineRequest } from "./line-request.ts";
import type { TrafficListener } from "./traffic-types.ts";

export type * from "./cluster-types.ts";
export type * from "./config-types.ts";
export type { MemberLines } from "./line-levels.ts";
export type * from "./line-request.ts";
export type * from "./traffic-types.ts";

/** Options of `createHub()`. */
export interface HubOptions {
  /** Folder that relative paths of the configuration start from. @defaultValue the working directory */
  readonly directory?: string | undefined;
  /** Receives events, from the first one on; the same as {@link Hub.on} of `event` later. */
  readonly onEvent?: ((event: HubEvent) => void) | undefined;
}

/** The settings that the application on an emulated port has chosen. */
export interface MemberSettings {
  /** In baud; 0 where the rate is unknown or was set to hang up. */
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly stopBits: 1 | 1.5 | 2;
  readonly parity: "none" | "even" | "odd" | "mark" | "space";
  /** `undefined` where it is not known. */
  readonly flowControl?: "none" | "hardware" | "software" | undefined;
  /** No line editing and no output processing; always true where there is no terminal. */
  readonly raw: boolean;
  /** Bytes sent to the application come back. */
  readonly echo: boolean;
}

/** State of an emulated port's path: its link, nothing, or another program's file. */
export type LinkState = "in-place" | "missing" | "taken";

/** A process that has a member's port open. */
export interface MemberProcess {
  readonly pid: number;
  /** Name of its program, control characters replaced. */
  readonly name: string;
}

/** A client of a `remote` member. */
export interface ClientSnapshot {
  /** Address, as `192.0.2.7:51234`. */
  readonly peer: string;
  /** Bytes that wait for it. */
  readonly queuedBytes: number;
  /** Bytes that it has lost because it did not read. */
  readonly droppedBytes: number;
}

/** The member whose settings a port takes. */
export interface FollowSnapshot {
  readonly member: string;
  /** Why the driver has refused its last settings, until it takes some. */
  readonly refused?: string | undefined;
}

/** State of one member, as JSON. */
export interface MemberSnapshot {
  readonly name: string;
  readonly kind: MemberKind;
  readonly role: MemberRole;
  /** Link, device path, address, or the program: the member's name for people. */
  readonly path: string;
  /** The pty behind the link; only for `port`. */
  readonly devicePath?: string | undefined;
  /** State of `path`; only for `port`. */
  readonly link?: LinkState | undefined;
  /** An application, a peer or a device is there. */
  readonly applicationOpen: boolean;
  /** Address of the peer that is there, as `192.0.2.7:51234`; only for `tcp` and `remote`. */
  readonly peer?: string | undefined;
  /** Clients that are served; only for `remote`. */
  readonly clients?: readonly ClientSnapshot[] | undefined;
  /** Processes that have the pty open; only those of this user unless run by root. */
  readonly pids: readonly MemberProcess[];
  readonly settings?: MemberSettings | undefined;
  /** Only for a `serial` member with `follow`. */
  readonly follows?: FollowSnapshot | undefined;
  /** Levels of its lines, where it has some and they are known. */
  readonly lines?: MemberLines | undefined;
  readonly overflow: OverflowPolicy;
  readonly whenAbsent: WhenAbsent;
  /**
   * Bytes that the application could read now, and bytes queued behind them; `null` while unknown.
   */
  readonly unreadBytes: number | null;
  readonly queuedBytes: number;
  readonly queuedMessages: number;
  /** Most bytes that are queued. */
  readonly queueLimitBytes: number;
  /** Most bytes that were ever queued. */
  readonly highWaterBytes: number;
  /** From the member to the network. */
  readonly in: TrafficCounts;
  /** From the network to the member, accepted by its kernel. */
  readonly out: TrafficCounts;
  /** Lost because the queue was full, or the member was hung up on. */
  readonly dropped: TrafficCounts;
  /** Not sent because no application or peer was there. */
  readonly discarded: TrafficCounts;
  /** Lost on purpose by `dropRate`. */
  readonly faulted: TrafficCounts;
  /** Begun by the member and not ended when it left: not passed on. */
  readonly incomplete: TrafficCounts;
  readonly stalled: boolean;
  /** Since when, in milliseconds since 1970; only while stalled. */
  readonly stalledSince?: number | undefined;
  /** How long bytes have been waiting with nothing taken; 0 when nothing waits. */
  readonly notReadForMs: number;
  readonly stalls: number;
  /** Why the member is out of order, until it is back. */
  readonly error?: string | undefined;
}

/** State of one network, as JSON. */
export interface NetworkSnapshot {
  readonly name: string;
  readonly topology: Topology;
  readonly framing: FramingKind;
  /** A member's full queue keeps senders from being read. */
  readonly paused: boolean;
  readonly members: readonly MemberSnapshot[];
}

/** State of a hub, as JSON. */
export interface HubSnapshot {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly uptimeMs: number;
  readonly networks: readonly NetworkSnapshot[];
  /** Only with a `cluster` section. */
  readonly cluster?: ClusterSnapshot | undefined;
}

interface EventBase {
  /** Milliseconds since 1970. */
  readonly time: number;
}

interface MemberEventBase extends EventBase {
  readonly network: string;
  readonly member: string;
}

/** Something that an operator would want to know. Never one per message. */
export type HubEvent =
  /** An application opened the port, a peer connected, a device was plugged in. */
  | (MemberEventBase & { readonly type: "member-open"; readonly peer?: string | undefined })
  /** It closed, disconnected, or vanished: `reason` says why if it did not just close. */
  | (MemberEventBase & {
      readonly type: "member-close";
      readonly peer?: string | undefined;
      readonly reason?: string | undefined;
    })
  /** Clients were disconnected because another one is served; at most once a second. */
  | (MemberEventBase & {
      readonly type: "refused";
      /** Address of the last one; only for `tcp`. */
      readonly peer?: string | undefined;
      /** Address of the client that is served; only for `tcp`. */
      readonly present?: string | undefined;
      /** How many were refused since the last such event. */
      readonly count: number;
    })
  /** A member works, and something about it is likely to be wrong. */
  | (MemberEventBase & { readonly type: "warning"; readonly message: string })
  | (MemberEventBase & { readonly type: "settings"; readonly settings: MemberSettings })
  /** The driver of a port refused settings that it would take from the member `of`. */
  | (MemberEventBase & {
      readonly type: "settings-refused";
      readonly of: string;
      readonly error: Error;
    })
  | (MemberEventBase & {
      readonly type: "stall";
      readonly queuedBytes: number;
      readonly overflow: OverflowPolicy;
    })
  /** A member that had stalled is read again. */
  | (MemberEventBase & {
      readonly type: "recover";
      readonly stalledMs: number;
      readonly bytesLost: number;
      readonly messagesLost: number;
    })
  /** The first loss of a burst, at once: the queue is full. More may follow, up to its `drop-total`. */
  | (MemberEventBase & { readonly type: "drop"; readonly bytes: number; readonly messages: number })
  /**
   * All losses of a burst, its `drop` included. A burst ends when the reader takes bytes and
   * nothing was lost for a second, when it leaves, and after a minute in any case. A burst that
   * ends with the recovery from a stall is in `recover` instead. All `drop-total`, `recover` and
   * `disconnect` of a member add up to its `dropped` counters, except for the losses of an
   * unfinished burst.
   */
  | (MemberEventBase & {
      readonly type: "drop-total";
      readonly bytes: number;
      readonly messages: number;
      /** From the first loss to the last. */
      readonly durationMs: number;
    })
  /** Hung up on by `overflow: disconnect`. */
  | (MemberEventBase & { readonly type: "disconnect"; readonly bytesLost: number })
  | (MemberEventBase & {
      readonly type: "rate-mismatch";
      readonly baudRate: number;
      readonly other: string;
      readonly otherBaudRate: number;
    })
  /** A member failed; it is tried again by itself if `willRetry`. */
  | (MemberEventBase & {
      readonly type: "member-error";
      readonly error: Error;
      readonly willRetry: boolean;
    })
  /** Another program had removed the link of a port; it is there again. */
  | (MemberEventBase & { readonly type: "link-restored" })
  /** The failure of a `member-error` is over, though no application or peer has come yet. */
  | (MemberEventBase & { readonly type: "member-restored" })
  | ClusterEvent
  | (EventBase & { readonly type: "error"; readonly error: Error })
  | (EventBase & { readonly type: "reload" } & ReloadReport);

/** Members that a reload touched, as `network/member`. */
export interface ReloadReport {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Closed and created again. */
  readonly replaced: readonly string[];
  /** Kept, with other options, or in a network with another topology, framing or `rateMismatch`. */
  readonly changed: readonly string[];
  /** Kept as they were. */
  readonly kept: readonly string[];
}

/** Levels of a member's lines, from one moment on. */
export interface LinePoint {
  readonly network: string;
  readonly member: string;
  readonly lines: MemberLines;
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
}

/** The listeners of {@link Hub.on}, by type. An error that a listener throws is uncaught. */
export interface HubListeners {
  readonly event: (event: HubEvent) => void;
  readonly traffic: TrafficListener;
  /** Receives each change of a line. */
  readonly lines: (point: LinePoint) => void;
}

/** Removes a listener; again, it does nothing. */
export type Unsubscribe = (() => void) & Disposable;

/** A running hub. */
export interface Hub extends AsyncDisposable {
  /** The configuration in force. */
  readonly config: HubConfig;
  /** State, as plain JSON. Reads the kernel's counters: call it a few times a second at most. */
  snapshot(): HubSnapshot;
  /**
   * Calls a listener with each `event`, with all `traffic`, or with each change of `lines`.
   *
   * @returns Removes the listener: call it, or declare it with `using`.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — there is no such type, or it is no function.
   */
  on<T extends keyof HubListeners>(type: T, listener: HubListeners[T]): Unsubscribe;
  /**
   * Sends as if the member had sent.
   *
   * @returns Resolves when the network has taken the bytes: at once, unless `backpressure` holds.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — there is no such member.
   */
  inject(network: string, member: string, bytes: Uint8Array): Promise<void>;
  /**
   * Sets lines of a `serial` member's port; lines that are left out stay unchanged.
   *
   * @throws `ConfigurationError`, `UnsupportedFeatureError` or `SerialDisconnectedError`.
   */
  setControlLines(network: string, member: string, lines: LineRequest): Promise<void>;
  /**
   * Applies another configuration. Members whose configuration did not change keep their pty, their
   * application and their queue; a configuration that cannot be applied changes nothing.
   *
   * @throws `ConfigurationError` — the configuration is wrong.
   * @throws `PortBusyError` — a path of a new member is taken.
   * @throws `SerialError` `ERR_HUB_STOPPING` — the hub is closed, or closes meanwhile.
   */
  reload(config: HubConfig): Promise<ReloadReport>;
  /** Stops, and removes links and locks. Does not wait for readers; never rejects. */
  close(): Promise<void>;
}
