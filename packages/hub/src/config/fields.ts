// The fields of a configuration: the one table behind validation, defaults, errors, and the reference in
// docs/hub-configuration.md. Its types are those of the configuration, so a field that is missing in one
// of the two does not compile.

import type {
  CaptureConfig,
  DeviceMemberConfig,
  MemberBase,
  MemberKind,
  MemberOptions,
  NetworkConfig,
  PortMemberConfig,
  ProcessMemberConfig,
  RemoteMemberConfig,
  SharedConfig,
  StdioMemberConfig,
  TcpMemberConfig,
  UnixMemberConfig,
} from "../model/types.ts";
import { account } from "./accounts.ts";
import { portReader } from "./adapter-fields.ts";
import { command } from "./command.ts";
import { remoteEndpoint, tcpEndpoint, unixEndpoint } from "./endpoints.ts";
import { deviceFile, path } from "./paths.ts";
import {
  anything,
  choice,
  duration,
  type Fields,
  type FieldsOf,
  flag,
  integer,
  mode,
  probability,
  size,
  value,
  wholeDuration,
  word,
} from "./readers.ts";
import { SERIAL_FIELDS } from "./serial-fields.ts";

const KIB = 1024;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const HOUR_MS = 3_600_000;
const UINT32_MAX = 0xffff_ffff;

/** Options of a member, also allowed in a network for all of its members. */
export const MEMBER_OPTIONS: FieldsOf<MemberOptions> = {
  overflow: {
    reader: word({
      "drop-newest": true,
      "drop-oldest": true,
      disconnect: true,
      backpressure: true,
      "wait-then-drop": true,
    }),
    default: "drop-newest",
    help: "Effect of a full queue. In a `pair` and for `serial` members the default is `wait-then-drop`.",
  },
  queue: {
    reader: size(1, GIB),
    default: "64KiB",
    help: "Bytes that may wait for the member.",
  },
  whenAbsent: {
    reader: word({ discard: true, keep: true }),
    default: "discard",
    help: "Whether bytes are lost or queued while no application has the port open.",
  },
  stallAfterMs: {
    reader: wholeDuration(1, HOUR_MS),
    default: 1000,
    help: "The member has stalled when it reads nothing for this long while bytes wait for it.",
  },
  pace: {
    reader: flag(),
    default: false,
    defaultHelp: "`false`, for an adapter `true`",
    help: "Slows the bytes to the member down to the rate that its application configured.",
  },
  latencyMs: {
    reader: duration(0, HOUR_MS),
    default: 0,
    help: "Delay of every byte to the member.",
  },
  jitterMs: {
    reader: duration(0, HOUR_MS),
    default: 0,
    help: "Additional random delay, up to this. Bytes stay in order.",
  },
  bitErrorRate: {
    reader: probability(),
    default: 0,
    help: "Share of the bits to the member that are inverted. An adapter has parity and framing errors of them.",
  },
  dropRate: {
    reader: probability(),
    default: 0,
    help: "Share of the messages to the member that are lost.",
  },
  seed: {
    reader: integer(0, UINT32_MAX),
    default: 1,
    help: "Start of the random numbers. The same seed gives the same faults.",
  },
};

/** Fields of every member. */
export const MEMBER_COMMON: FieldsOf<MemberBase> = {
  role: {
    reader: word({ member: true, controller: true, tap: true }),
    default: "member",
    help: "`controller`: the master of a star. `tap`: receives everything; bytes that it writes are ignored.",
  },
  ...MEMBER_OPTIONS,
};

/** Fields of one kind of member, without the common ones. */
type OwnFields<Config> = FieldsOf<Omit<Config, keyof MemberBase>>;

const PORT_FIELDS: OwnFields<PortMemberConfig> = {
  port: {
    reader: portReader(),
    help: "Path that the application opens: the hub creates it as a link to a pty. Or the map of an adapter.",
  },
  mode: { reader: mode(), help: "Permission bits of the pty, or of the adapter's node." },
  owner: { reader: account("user"), help: "Its owner. Needs root." },
  group: { reader: account("group"), help: "Its group." },
};

const TCP_FIELDS: OwnFields<TcpMemberConfig> = {
  tcp: {
    reader: tcpEndpoint(),
    help: "Address to connect to, or to listen on for one client at a time.",
  },
};

const REMOTE_MEMBER_FIELDS: OwnFields<RemoteMemberConfig> = {
  remote: {
    reader: remoteEndpoint(),
    help: "Address to serve clients on, as a serial port.",
  },
};

const STDIO_FIELDS: OwnFields<StdioMemberConfig> = {
  stdio: {
    reader: value("true", (given) => (given === true ? true : undefined)),
    help: "The member is the hub's own standard input and output.",
  },
};

const PROCESS_FIELDS: OwnFields<ProcessMemberConfig> = {
  process: {
    reader: command(),
    help: "Program to start, without a shell. The member is its standard input and output.",
  },
};

/**
 * Lists the fields of each kind of member, without the common ones; the first one determines the
 * kind.
 *
 * @param directory Folder that relative paths start from.
 */
export function memberKinds(directory: string): Readonly<Record<MemberKind, Fields>> {
  const device: OwnFields<DeviceMemberConfig> = {
    device: {
      reader: deviceFile(directory),
      help: "File that exports the result of `defineDevice()`.",
    },
    options: { reader: anything(), help: "Options of the device." },
  };
  const unix: OwnFields<UnixMemberConfig> = {
    unix: {
      reader: unixEndpoint(directory),
      help: "Socket to connect to, or to listen on for one client at a time.",
    },
  };
  return {
    port: PORT_FIELDS,
    serial: SERIAL_FIELDS,
    tcp: TCP_FIELDS,
    unix,
    remote: REMOTE_MEMBER_FIELDS,
    stdio: STDIO_FIELDS,
    process: PROCESS_FIELDS,
    device,
  };
}

/** Sharing of a network between hubs. */
export const SHARED_FIELDS: FieldsOf<SharedConfig> = {
  shared: {
    reader: word({ live: true, durable: true }),
    help: "Joins the network of the same name on other hubs. `live`: at most once. `durable`: once, by a stream.",
  },
  order: {
    reader: word({ sender: true, total: true }),
    default: "sender",
    help: "`total`: all members of all hubs receive all messages in one order, through the stream.",
  },
  onPartition: {
    reader: word({ halt: true, local: true }),
    default: "halt",
    help: "With `order: total`: whether the members of a hub that is cut off wait, or go on among themselves.",
  },
  spool: {
    reader: size(64 * KIB, 16 * GIB),
    default: "64MiB",
    help: "Bytes that may wait in memory for the stream. Then the `overflow` of the sending member decides.",
  },
  retainMs: {
    reader: wholeDuration(1000, 365 * 24 * HOUR_MS),
    default: "1h",
    help: "Age after which the stream removes a message.",
  },
  retainBytes: {
    reader: size(MIB, 1024 * GIB),
    default: "256MiB",
    help: "Size from which the stream removes its oldest messages.",
  },
  replicas: {
    reader: choice(1, 3, 5),
    defaultHelp: "`3` with three or more servers, else `1`",
    help: "Servers that keep a copy of the stream.",
  },
  storage: {
    reader: word({ file: true, memory: true }),
    default: "file",
    help: "Where the servers keep the stream.",
  },
};

/** Fields of a network, without its members and its framing. */
export const NETWORK_FIELDS: FieldsOf<Omit<NetworkConfig, "framing" | "members">> = {
  ...SHARED_FIELDS,
  topology: {
    reader: word({ bus: true, pair: true, star: true, tap: true }),
    default: "bus",
    help: "Which members receive the bytes of a member.",
  },
  rateMismatch: {
    reader: word({ pass: true, warn: true, garble: true }),
    default: "pass",
    help: "Effect of different rates, as the applications of two members chose them.",
  },
  ...MEMBER_OPTIONS,
};

/** Recording. */
export const CAPTURE_FIELDS: FieldsOf<CaptureConfig> = {
  file: {
    reader: path(),
    help: "File to record to, in the format pcapng. Older files get a number.",
  },
  maxSize: {
    reader: size(64 * KIB, 1024 * GIB),
    default: "64MiB",
    help: "Largest size of a file. Then a new one is started.",
  },
  keep: {
    reader: integer(1, 1000),
    default: 5,
    help: "Number of files to keep, including the current one.",
  },
};
