// Words and numbers that the other types are made of.

/** A size: a number of bytes, or text with a unit. `KB` is 1000 bytes, `KiB` is 1024. */
export type ByteSize = number | `${number}${"B" | "KB" | "MB" | "GB" | "KiB" | "MiB" | "GiB"}`;

/** How bytes travel between the members of a network. */
export type Topology =
  /** Each to all others. */
  | "bus"
  /** Two members, a null modem; members with the role `tap` may listen. */
  | "pair"
  /** One controller, many devices; a device receives only from the controller. */
  | "star"
  /** The first two members are a pair, all others listen. */
  | "tap";

/** Role of a member in its network. */
export type MemberRole =
  /** Sends and receives as the topology says. */
  | "member"
  /** The controller of a `star`; without one, the first member. */
  | "controller"
  /** Receives all traffic; bytes that it sends are dropped. */
  | "tap";

/** Where a message ends. */
export type FramingKind =
  | "raw"
  | "line"
  | "delimited"
  | "fixed-length"
  | "length-prefix"
  | "slip"
  | "cobs"
  | "start-end"
  | "idle-gap"
  | "matching";

/** Which kind of member a configuration of a member describes: the key that only it has. */
export type MemberKind =
  | "port"
  | "serial"
  | "tcp"
  | "unix"
  | "remote"
  | "stdio"
  | "process"
  | "device";

/** One direction's counts since the member joined. */
export interface TrafficCounts {
  readonly bytes: number;
  /** Messages with a framing, chunks without. */
  readonly messages: number;
}

/** Whose lines and breaks reach a real port, or an adapter. */
export type LinePolicy =
  /** Those of applications: clients of a `remote` member, and the one at an adapter. */
  | "applications"
  /** Those of other real ports as well, as by a null-modem cable. */
  | "all"
  /** None: DTR and RTS of the real port stay asserted, or CTS, DSR and DCD of the adapter. */
  | "none";
