// What a hub is made of: the configuration that `createHub()` takes and the file holds. Types only:
// plain JSON values, sizes in bytes, times in milliseconds.

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
