// The configuration that `createHub()` takes and the file holds. Types only: plain JSON values,
// sizes in bytes, times in milliseconds.

import type { AdapterPortConfig } from "./adapter-types.ts";
import type { ByteSize, FramingKind, LinePolicy, MemberRole, Topology } from "./basic-types.ts";
import type { ClusterConfig, SharedConfig } from "./cluster-config-types.ts";
import type {
  RemoteConfig,
  SerialTlsConfig,
  TcpConnectConfig,
  TcpListenConfig,
  UnixConnectConfig,
  UnixListenConfig,
} from "./endpoint-types.ts";

export type * from "./adapter-types.ts";
export type * from "./basic-types.ts";
export type * from "./cluster-config-types.ts";
export type * from "./endpoint-types.ts";

/** Bytes of a framing: text in UTF-8, one byte as its code, or a list of codes. */
export type FramingMark = string | number | readonly number[];

/** Framing with its parameters. */
export interface FramingConfig {
  readonly kind: FramingKind;
  /** `line`, `delimited`: last bytes of a message, 1 to 64. @defaultValue 10 (newline) */
  readonly delimiter?: FramingMark | undefined;
  /** `idle-gap`: silence that ends a message. @defaultValue 5 */
  readonly gapMs?: number | undefined;
  /** `length-prefix`: size of the length field: 1, 2 or 4 bytes. @defaultValue 2 */
  readonly lengthBytes?: 1 | 2 | 4 | undefined;
  /** `length-prefix`: byte order of the length field. @defaultValue "big" */
  readonly byteOrder?: "big" | "little" | undefined;
  /** `length-prefix`: bytes in front of the length field. @defaultValue those of `start` */
  readonly offset?: number | undefined;
  /**
   * `length-prefix`: the bytes that the length counts: the `payload`, the `rest` behind the field, or `all`.
   * @defaultValue "payload"
   */
  readonly counts?: "payload" | "rest" | "all" | undefined;
  /** `length-prefix`: bytes of a message beyond those that its length counts. @defaultValue 0 */
  readonly plus?: number | undefined;
  /** `length-prefix`: bytes behind the payload. @defaultValue 0 */
  readonly trailer?: number | undefined;
  /** `start-end`, `length-prefix`: first bytes of a message, 1 to 8. */
  readonly start?: FramingMark | undefined;
  /** `start-end`: last bytes of a message, 1 to 8. */
  readonly end?: FramingMark | undefined;
  /** `start-end`: byte in front of a byte that is no mark, 0 to 255. */
  readonly escape?: number | undefined;
  /** `start-end`: bytes behind the end that belong to the message, such as a checksum. @defaultValue 0 */
  readonly after?: number | undefined;
  /** `fixed-length`: bytes of a message. */
  readonly length?: number | undefined;
  /** `matching`: regular expression; a message ends where it matches. */
  readonly pattern?: string | undefined;
  /** A message that grows beyond this is passed on in pieces, 1 to 65535. @defaultValue 4096 */
  readonly maxMessage?: ByteSize | undefined;
}

/** Treatment of bytes without room in a full queue. */
export type OverflowPolicy =
  /** The message that does not fit is lost. */
  | "drop-newest"
  /** The oldest queued messages are lost. */
  | "drop-oldest"
  /** The reader is hung up on, its queue is lost. */
  | "disconnect"
  /** Senders are not read until there is room: nothing is lost. */
  | "backpressure"
  /** As `backpressure` while the reader makes progress, as `drop-newest` from a stall until it reads again. */
  | "wait-then-drop";

/** Treatment of bytes for a member without an application or peer. */
export type WhenAbsent = "discard" | "keep";

/** Treatment of bytes between members whose rates differ. */
export type RateMismatch = "pass" | "warn" | "garble";

/** Faults and pace of a member's line, for bytes that the member receives. */
export interface LineConfig {
  /** Limits to the rate and framing that the application configured. @defaultValue false; true for an adapter */
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

/** Options of a member, which a network may set for all of its members. */
export interface MemberOptions extends LineConfig {
  /**
   * @defaultValue "wait-then-drop" for `serial` members, in a `pair` and between the first two members of
   *   a `tap`; "drop-newest" otherwise, and for every member with the role `tap`
   */
  readonly overflow?: OverflowPolicy | undefined;
  /** Bytes that may wait. @defaultValue 65536 */
  readonly queue?: ByteSize | undefined;
  /** @defaultValue "discard" */
  readonly whenAbsent?: WhenAbsent | undefined;
  /** Waiting bytes of which none is read for this long are a stall. @defaultValue 1000 */
  readonly stallAfterMs?: number | undefined;
}

/** Fields of every member. */
export interface MemberBase extends MemberOptions {
  /** @defaultValue "member" */
  readonly role?: MemberRole | undefined;
}

/** An emulated port: a pty with a link at the path that the application opens, or a USB adapter. */
export interface PortMemberConfig extends MemberBase {
  /** Path of the link to make to a pty, or the adapter. */
  readonly port: string | AdapterPortConfig;
  /** Permission bits of the pty or the adapter's node, as a number (0o660 is 432) or in octal ("0660"). */
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
  /**
   * Name of a member of kind `port` or `remote`: the port takes the rate, framing and flow control that the
   * application there asks for. A pty has no data bits and no parity, which stay as they are given here.
   */
  readonly follow?: string | undefined;
  /** Certificates, for an address such as `rfc2217+tls://host:port`. */
  readonly tls?: SerialTlsConfig | undefined;
  /** Whose DTR, RTS and breaks reach the port. @defaultValue "applications" */
  readonly lines?: LinePolicy | undefined;
}

/** A raw TCP peer: bytes as they are, without telnet or RFC 2217. */
export interface TcpMemberConfig extends MemberBase {
  readonly tcp: TcpConnectConfig | TcpListenConfig;
}

/** A peer on a unix socket, as virtual machines and simulators have for their serial ports. */
export interface UnixMemberConfig extends MemberBase {
  readonly unix: UnixConnectConfig | UnixListenConfig;
}

/** Serves the network to clients as a serial port: RFC 2217, or raw bytes. */
export interface RemoteMemberConfig extends MemberBase {
  readonly remote: RemoteConfig;
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
  /** File that exports a result of `defineDevice()`, relative to the configuration's folder. */
  readonly device: string;
  /** Handed to the device; plain JSON. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

export type MemberConfig =
  | PortMemberConfig
  | SerialMemberConfig
  | TcpMemberConfig
  | UnixMemberConfig
  | RemoteMemberConfig
  | StdioMemberConfig
  | ProcessMemberConfig
  | DeviceMemberConfig;

/** One network. Options of {@link MemberOptions} given here are its members' defaults. */
export interface NetworkConfig extends MemberOptions, SharedConfig {
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
  /** Size after which a new file is begun. @defaultValue 64 MiB */
  readonly maxSize?: ByteSize | undefined;
  /** Number of files to keep, including the current one. @defaultValue 5 */
  readonly keep?: number | undefined;
}

/** Addresses to serve on; read by the command, not by the engine. */
export interface ListenConfig {
  /** `host:port`. */
  readonly http?: string | undefined;
  /** Path of the control socket. */
  readonly control?: string | undefined;
  /** Allows an `http` address that other machines reach. */
  readonly allowRemote?: boolean | undefined;
  /** Host names that requests may carry beside the address's own. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Serves the page, which shows traffic, at the `http` address. @defaultValue true */
  readonly page?: boolean | undefined;
  /** File with the token for requests that change state. */
  readonly tokenFile?: string | undefined;
}

/** The whole configuration of a hub: the content of the YAML file. */
export interface HubConfig {
  readonly networks: Readonly<Record<string, NetworkConfig>>;
  readonly capture?: CaptureConfig | undefined;
  readonly listen?: ListenConfig | undefined;
  readonly cluster?: ClusterConfig | undefined;
}
