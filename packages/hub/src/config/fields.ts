// The fields of a configuration: the one table behind parsing, errors, and the reference in docs/hub.md.

import { deviceFile, path } from "./paths.ts";
import {
  account,
  address,
  anything,
  choice,
  duration,
  type Field,
  type Fields,
  flag,
  integer,
  mode,
  probability,
  size,
  text,
  texts,
  value,
  wholeDuration,
} from "./readers.ts";
import { readHostPort } from "./values.ts";

const KIB = 1024;
const GIB = 1024 ** 3;
const HOUR_MS = 3_600_000;

/** What a member may set, and a network for all of its members. */
const MEMBER_OPTIONS: Fields = {
  overflow: {
    reader: choice("drop-newest", "drop-oldest", "disconnect", "backpressure"),
    default: "drop-newest",
    help: "What happens when the queue is full.",
  },
  queue: {
    reader: size(1, GIB),
    default: "64KiB",
    help: "Bytes that may wait for a member that does not take them.",
  },
  whenAbsent: {
    reader: choice("discard", "keep"),
    default: "discard",
    help: "What happens to bytes while no application has the port open.",
  },
  stallAfterMs: {
    reader: wholeDuration(1, HOUR_MS),
    default: "1000",
    help: "A member that takes nothing for this long has stalled.",
  },
  pace: {
    reader: flag(),
    default: "false",
    help: "Limits what the member receives to the rate that its application configured.",
  },
  latencyMs: {
    reader: duration(0, HOUR_MS),
    default: "0",
    help: "Delays every byte to the member.",
  },
  jitterMs: {
    reader: duration(0, HOUR_MS),
    default: "0",
    help: "Random delay on top; bytes stay in order.",
  },
  bitErrorRate: {
    reader: probability(),
    default: "0",
    help: "Share of bits that arrive inverted.",
  },
  dropRate: { reader: probability(), default: "0", help: "Share of messages that do not arrive." },
  seed: {
    reader: integer(0, 0xffff_ffff),
    default: "1",
    help: "Start of the random numbers: the same seed gives the same faults.",
  },
};

const ROLE: Field = {
  reader: choice("member", "controller", "tap"),
  default: "member",
  help: "`controller` of a star; a `tap` hears everything and its writes go nowhere.",
};

/** What each kind of member has beside the common fields; the first is the one that tells the kind. */
export function memberKinds(directory: string): Readonly<Record<string, Fields>> {
  return {
    port: {
      port: {
        reader: path(),
        help: "Emulated port: path of the link to make for the application.",
      },
      mode: { reader: mode(), help: "Permission bits of the pty." },
      owner: { reader: account(), help: "Owner of the pty; needs root." },
      group: { reader: account(), help: "Group of the pty." },
    },
    serial: {
      serial: { reader: text("a port's path or address"), help: "Real port to open." },
      baudRate: { reader: integer(1, 0xffff_ffff), default: "115200", help: "Rate in baud." },
      dataBits: { reader: choice(5, 6, 7, 8), default: "8", help: "Bits of a character." },
      stopBits: { reader: choice(1, 1.5, 2), default: "1", help: "Stop bits." },
      parity: {
        reader: choice("none", "even", "odd", "mark", "space"),
        default: "none",
        help: "Parity bit.",
      },
      flowControl: {
        reader: choice("none", "hardware", "software"),
        default: "none",
        help: "RTS and CTS, or XON and XOFF.",
      },
    },
    tcp: {
      tcp: {
        reader: value("{ connect: host:port } or { listen: host:port }", readTcp),
        help: "Raw TCP: connects and reconnects, or serves one client at a time.",
      },
    },
    stdio: {
      stdio: {
        reader: value("true", (given) => (given === true ? true : undefined)),
        help: "The hub's own standard input and output.",
      },
    },
    process: {
      process: {
        reader: texts("a list of a program and its arguments", 1),
        help: "Program to start; its standard input and output are the member. No shell.",
      },
    },
    device: {
      device: {
        reader: deviceFile(directory),
        help: "File that exports what `defineDevice()` answered, beside or below the configuration.",
      },
      options: { reader: anything(), help: "Handed to the device." },
    },
  };
}

/** What every member has. */
export const MEMBER_COMMON: Fields = { role: ROLE, ...MEMBER_OPTIONS };

/** The parameters of a framing. */
export const FRAMING_FIELDS: Fields = {
  kind: {
    reader: choice("raw", "line", "idle-gap", "slip", "cobs", "length-prefix"),
    default: "raw",
    help: "Where a message ends.",
  },
  delimiter: { reader: integer(0, 255), default: "10", help: "`line`: last byte of a message." },
  gapMs: { reader: duration(1, 60_000), default: "5", help: "`idle-gap`: silence that ends one." },
  lengthBytes: {
    reader: choice(1, 2, 4),
    default: "2",
    help: "`length-prefix`: size of the field.",
  },
  byteOrder: {
    reader: choice("big", "little"),
    default: "big",
    help: "`length-prefix`: byte order of the field.",
  },
  maxMessage: {
    reader: size(1, 65_535),
    default: "4096",
    help: "A longer message is passed on in pieces.",
  },
};

/** What a network has beside its members and its framing. */
export const NETWORK_FIELDS: Fields = {
  topology: {
    reader: choice("bus", "pair", "star", "tap"),
    default: "bus",
    help: "Who hears whom.",
  },
  rateMismatch: {
    reader: choice("pass", "warn", "garble"),
    default: "pass",
    help: "What happens between members whose applications chose different rates.",
  },
  ...MEMBER_OPTIONS,
};

/** Recording. */
export const CAPTURE_FIELDS: Fields = {
  file: { reader: path(), help: "File to record to, pcapng; older ones get a number." },
  maxSize: {
    reader: size(64 * KIB, 1024 * GIB),
    default: "64MiB",
    help: "A new file is begun before the current one grows beyond this.",
  },
  keep: {
    reader: integer(1, 1000),
    default: "5",
    help: "Files to keep, the current one included.",
  },
};

/** Addresses to serve on. */
export const LISTEN_FIELDS: Fields = {
  http: { reader: address(), help: "Serves `/metrics`, `/status` and `/healthz`." },
  control: {
    reader: path(),
    default: "in the runtime folder",
    help: "Path of the control socket, at most 107 bytes.",
  },
  allowRemote: {
    reader: flag(),
    default: "false",
    help: "Allows an `http` address that other machines reach.",
  },
  allowedHosts: {
    reader: texts("a list of host names", 0),
    default: "[]",
    help: "Host names that requests may carry beside the address and localhost.",
  },
  tokenFile: {
    reader: path(),
    help: "File with the token for `POST /reload` and `/stop`; made with a random one if missing.",
  },
};

function readTcp(given: unknown): { connect: string } | { listen: string } | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const [[key, target] = ["", undefined], ...more] = Object.entries(given);
  if (more.length > 0 || typeof target !== "string") return undefined;
  if (readHostPort(target) === undefined) return undefined;
  if (key === "connect") return { connect: target };
  return key === "listen" ? { listen: target } : undefined;
}
