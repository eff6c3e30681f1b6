// What the hub, its status and its observers agree on. Types only: plain JSON values, sizes in
// bytes, times in milliseconds.

import type {
  FramingKind,
  HubConfig,
  MemberKind,
  MemberRole,
  OverflowPolicy,
  Topology,
  WhenAbsent,
} from "./config-types.ts";

export type * from "./config-types.ts";

/** Options of `createHub()`. */
export interface HubOptions {
  /** Folder that relative paths of the configuration start from. @defaultValue the working directory */
  readonly directory?: string | undefined;
  /** Hears events from the first one on; the same as {@link Hub.onEvent} later. */
  readonly onEvent?: ((event: HubEvent) => void) | undefined;
}

/** What the application on an emulated port asked for. */
export interface MemberSettings {
  /** In baud; 0 where the rate is unknown or was set to hang up. */
  readonly baudRate: number;
  readonly dataBits: number;
  readonly stopBits: number;
  readonly parity: string;
  /** No line editing and no output processing; always true where there is no terminal. */
  readonly raw: boolean;
  /** What is sent to the application comes back. */
  readonly echo: boolean;
}

/** A process that has a member's port open. */
export interface MemberProcess {
  readonly pid: number;
  /** Name of its program, control characters replaced. */
  readonly name: string;
}

/** One direction's counts since the member joined. */
export interface TrafficCounts {
  readonly bytes: number;
  /** Messages with a framing, chunks without. */
  readonly messages: number;
}

/** State of one member, as JSON. */
export interface MemberSnapshot {
  readonly name: string;
  readonly kind: MemberKind;
  readonly role: MemberRole;
  /** Link, device path, address, or the program: what a person calls it. */
  readonly path: string;
  /** The pty behind the link; only for `port`. */
  readonly devicePath?: string | undefined;
  /** Somebody is there: an application, a peer, a device. */
  readonly applicationOpen: boolean;
  /** Processes that have the pty open; only those of this user unless run by root. */
  readonly pids: readonly MemberProcess[];
  readonly settings?: MemberSettings | undefined;
  readonly overflow: OverflowPolicy;
  readonly whenAbsent: WhenAbsent;
  /** What the application could read now, and what is queued behind. */
  readonly unreadBytes: number;
  readonly queuedBytes: number;
  readonly queuedMessages: number;
  /** Most bytes that are queued. */
  readonly queueLimit: number;
  /** Most bytes that were ever queued. */
  readonly highWaterMark: number;
  /** From the member to the network. */
  readonly in: TrafficCounts;
  /** From the network to the member, accepted by its kernel. */
  readonly out: TrafficCounts;
  /** Lost because the queue was full, or the member was hung up on. */
  readonly dropped: TrafficCounts;
  /** Not sent because nobody was there. */
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
  | (MemberEventBase & { readonly type: "member-open" })
  | (MemberEventBase & { readonly type: "member-close" })
  | (MemberEventBase & { readonly type: "settings"; readonly settings: MemberSettings })
  | (MemberEventBase & {
      readonly type: "stall";
      readonly queuedBytes: number;
      readonly overflow: OverflowPolicy;
    })
  | (MemberEventBase & {
      readonly type: "recover";
      readonly stalledMs: number;
      readonly bytesLost: number;
      readonly messagesLost: number;
    })
  /** The first loss since the queue was last empty; what follows is in the counters. */
  | (MemberEventBase & { readonly type: "drop"; readonly bytes: number; readonly messages: number })
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
  | (EventBase & { readonly type: "error"; readonly error: Error })
  | (EventBase & { readonly type: "reload" } & ReloadReport);

/** Members that a reload touched, as `network/member`. */
export interface ReloadReport {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Closed and made anew. */
  readonly replaced: readonly string[];
  readonly kept: readonly string[];
}

/** Which way bytes went, from the network's view. */
export type TapDirection =
  /** The member sent them. */
  | "in"
  /** The member's kernel took them, or its queue did. */
  | "out"
  /** The member lost them. */
  | "drop";

/** Where traffic passed. */
export interface TapPoint {
  readonly network: string;
  readonly member: string;
  readonly direction: TapDirection;
  /** Nanoseconds since 1970. */
  readonly timestampNs: bigint;
}

/**
 * Sees all traffic. Called synchronously; must not throw, and must copy `bytes` to keep them. A
 * message with a framing is one call, else a chunk is.
 */
export type TrafficTap = (point: TapPoint, bytes: Uint8Array) => void;

/** A running hub. */
export interface Hub extends AsyncDisposable {
  /** The configuration in force. */
  readonly config: HubConfig;
  /** State, as plain JSON. Reads the kernel's counters: call it a few times a second at most. */
  snapshot(): HubSnapshot;
  /** @returns Stops listening. */
  onEvent(listener: (event: HubEvent) => void): () => void;
  /** One tap at a time; `undefined` takes it away. */
  setTap(tap: TrafficTap | undefined): void;
  /**
   * Sends as if the member had sent.
   *
   * @returns Resolves when the network has taken the bytes: at once, unless `backpressure` holds.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — there is no such member.
   */
  inject(network: string, member: string, bytes: Uint8Array): Promise<void>;
  /**
   * Applies another configuration. Members whose configuration did not change keep their pty, their
   * application and their queue; a configuration that cannot be applied changes nothing.
   *
   * @throws `ConfigurationError` — the configuration is wrong.
   * @throws `PortBusyError` — a path of a new member is taken.
   */
  reload(config: HubConfig): Promise<ReloadReport>;
  /** Stops: links and locks removed. Waits for nobody's reader; never rejects. */
  close(): Promise<void>;
}
