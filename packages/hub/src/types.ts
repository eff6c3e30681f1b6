// What the hub, its configuration file, its status and its observers agree on. Types only: plain
// JSON values, sizes in bytes, times in milliseconds.

/** How bytes travel between the members of a network. */
export type Topology =
  /** Each to all others. */
  | "bus"
  /** Two members, a null modem; members with the role `tap` may listen. */
  | "pair"
  /** One controller, many devices; a device hears only the controller. */
  | "star"
  /** The first two members are a pair, all others listen. */
  | "tap";

/** What a member is in its network. */
export type MemberRole =
  /** Talks and hears as the topology says. */
  | "member"
  /** The controller of a `star`; without one, the first member. */
  | "controller"
  /** Hears everything; what it writes goes nowhere. */
  | "tap";

/** Where a message ends. */
export type FramingKind = "raw" | "line" | "idle-gap" | "slip" | "cobs" | "length-prefix";

/** Framing with its parameters. */
export interface FramingConfig {
  readonly kind: FramingKind;
  /** `line`: last byte of a message, 0 to 255. @defaultValue 10 (newline) */
  readonly delimiter?: number | undefined;
  /** `idle-gap`: silence that ends a message. @defaultValue 5 */
  readonly gapMs?: number | undefined;
  /** `length-prefix`: size of the length field: 1, 2 or 4 bytes. @defaultValue 2 */
  readonly lengthBytes?: 1 | 2 | 4 | undefined;
  /** `length-prefix`: byte order of the length field. @defaultValue "big" */
  readonly byteOrder?: "big" | "little" | undefined;
  /** A message that grows beyond this is passed on in pieces, 1 to 65535. @defaultValue 4096 */
  readonly maxMessage?: number | undefined;
}

/** What happens to bytes that a full queue has no room for. */
export type OverflowPolicy =
  /** The message that does not fit is lost. */
  | "drop-newest"
  /** The oldest queued messages are lost. */
  | "drop-oldest"
  /** The reader is hung up on, its queue is lost. */
  | "disconnect"
  /** Senders that it hears are not read until there is room: nothing is lost. */
  | "backpressure";

/** What happens to bytes for a member on which nobody is. */
export type WhenAbsent = "discard" | "keep";

/** What happens between members whose rates differ. */
export type RateMismatch = "pass" | "warn" | "garble";

/** Faults and pace of a member's line, for what the member receives. */
export interface LineConfig {
  /** Limits to the rate and framing that the application configured. @defaultValue false */
  readonly pace?: boolean | undefined;
  /** Delay of every byte. @defaultValue 0 */
  readonly latencyMs?: number | undefined;
  /** Delay on top, random from 0 to this; bytes stay in order. @defaultValue 0 */
  readonly jitterMs?: number | undefined;
  /** Probability that a bit arrives inverted, 0 to 1. @defaultValue 0 */
  readonly bitErrorRate?: number | undefined;
  /** Probability that a message (without framing: a chunk) does not arrive, 0 to 1. @defaultValue 0 */
  readonly dropRate?: number | undefined;
  /** Makes the faults repeatable. @defaultValue 1 */
  readonly seed?: number | undefined;
}

/** What every member may set, and a network may set for all of its members. */
export interface MemberOptions extends LineConfig {
  /** @defaultValue "drop-newest" */
  readonly overflow?: OverflowPolicy | undefined;
  /** Bytes that may wait. @defaultValue 65536 */
  readonly queue?: number | undefined;
  /** @defaultValue "discard" */
  readonly whenAbsent?: WhenAbsent | undefined;
  /** Nothing taken for this long is a stall. @defaultValue 1000 */
  readonly stallAfterMs?: number | undefined;
}

interface MemberBase extends MemberOptions {
  /** @defaultValue "member" */
  readonly role?: MemberRole | undefined;
}

/** An emulated port: a pty with a link where the application looks. */
export interface PortMemberConfig extends MemberBase {
  /** Path of the link to make. */
  readonly port: string;
  /** Permission bits of the pty, as a number (0o660 is 432) or in octal ("0660"). */
  readonly mode?: number | string | undefined;
  /** User name or id. */
  readonly owner?: string | number | undefined;
  /** Group name or id. */
  readonly group?: string | number | undefined;
}

/** A real port: any path or address that the library opens. */
export interface SerialMemberConfig extends MemberBase {
  readonly serial: string;
  readonly baudRate?: number | undefined;
  readonly dataBits?: 5 | 6 | 7 | 8 | undefined;
  readonly stopBits?: 1 | 1.5 | 2 | undefined;
  readonly parity?: "none" | "even" | "odd" | "mark" | "space" | undefined;
  readonly flowControl?: "none" | "hardware" | "software" | undefined;
}

/** A raw TCP peer. */
export interface TcpMemberConfig extends MemberBase {
  /** `{ connect: "host:port" }` reconnects by itself; `{ listen: "host:port" }` serves one client at a time. */
  readonly tcp: { readonly connect: string } | { readonly listen: string };
}

/** The hub's own standard input and output. */
export interface StdioMemberConfig extends MemberBase {
  readonly stdio: true;
}

/** A program that the hub starts; its standard input and output are the member. */
export interface ProcessMemberConfig extends MemberBase {
  /** Program and arguments; no shell. */
  readonly process: readonly [string, ...string[]];
}

/** A device written in TypeScript or JavaScript. */
export interface DeviceMemberConfig extends MemberBase {
  /** File that exports what `defineDevice()` returned, relative to the configuration's folder. */
  readonly device: string;
  /** Handed to the device; plain JSON. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** One member. */
export type MemberConfig =
  | PortMemberConfig
  | SerialMemberConfig
  | TcpMemberConfig
  | StdioMemberConfig
  | ProcessMemberConfig
  | DeviceMemberConfig;

/** Which kind of member a {@link MemberConfig} describes: the key that only it has. */
export type MemberKind = "port" | "serial" | "tcp" | "stdio" | "process" | "device";

/** One network. Options of {@link MemberOptions} given here are its members' defaults. */
export interface NetworkConfig extends MemberOptions {
  /** @defaultValue "bus" */
  readonly topology?: Topology | undefined;
  /** @defaultValue "raw" */
  readonly framing?: FramingKind | FramingConfig | undefined;
  /** @defaultValue "pass" */
  readonly rateMismatch?: RateMismatch | undefined;
  readonly members: Readonly<Record<string, MemberConfig>>;
}

/** Recording; read by the command, not by the engine. */
export interface CaptureConfig {
  readonly file: string;
  /** Bytes after which a new file is begun. */
  readonly maxSize?: number | undefined;
  /** Files to keep. */
  readonly keep?: number | undefined;
}

/** Addresses to serve on; read by the command, not by the engine. */
export interface ListenConfig {
  /** `host:port`. */
  readonly http?: string | undefined;
  /** Path of the control socket. */
  readonly control?: string | undefined;
  /** Allows an `http` address that is not loopback. */
  readonly allowRemote?: boolean | undefined;
  /** Host names that requests may carry beside the address's own. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** File with the token for requests that change state. */
  readonly tokenFile?: string | undefined;
}

/** All that a hub is made of: what the YAML file holds. */
export interface HubConfig {
  readonly networks: Readonly<Record<string, NetworkConfig>>;
  readonly capture?: CaptureConfig | undefined;
  readonly listen?: ListenConfig | undefined;
}

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
