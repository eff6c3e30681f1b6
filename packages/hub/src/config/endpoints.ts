// Endpoints that a member connects to or listens on: a map with one of the two words and its
// options.

import type {
  BusyPolicy,
  RemoteConfig,
  RemoteTlsConfig,
  TcpConnectConfig,
  TcpListenConfig,
  UnixConnectConfig,
  UnixListenConfig,
} from "../model/types.ts";
import { account } from "./accounts.ts";
import type { ConfigNode } from "./config-node.ts";
import { path, socketPath } from "./paths.ts";
import { showValue } from "./problem.ts";
import {
  address,
  type Fields,
  type FieldsOf,
  flag,
  listWords,
  mode,
  object,
  type Reader,
  readFields,
  wholeDuration,
  word,
} from "./readers.ts";
import { isLoopback, readHostPort } from "./values.ts";

const HOUR_MS = 3_600_000;
/** The kernel asks ten times, a second apart, after at least one second. */
const VANISH_MS_MIN = 11_000;

const VANISH_AFTER = {
  reader: wholeDuration(VANISH_MS_MIN, HOUR_MS),
  default: 40_000,
  help: "The peer has vanished when it acknowledges nothing for this long.",
} as const;

const ON_BUSY = {
  reader: word<BusyPolicy>({ refuse: true, replace: true }),
  default: "refuse",
  help: "`refuse` disconnects a second client, `replace` the first one.",
} as const;

/** Fields of a TCP member that connects. */
export const TCP_CONNECT_FIELDS: FieldsOf<TcpConnectConfig> = {
  connect: {
    reader: address(1),
    help: "Address to connect to, again and again after pauses of at most 5 s.",
  },
  vanishAfterMs: VANISH_AFTER,
};

/** Fields of a TCP member that listens. */
export const TCP_LISTEN_FIELDS: FieldsOf<TcpListenConfig> = {
  listen: { reader: address(0), help: "Address to listen on. Port 0 means any free port." },
  allowRemote: {
    reader: flag(),
    default: false,
    help: "Allows an address that other machines can reach. Every client can read and write.",
  },
  onBusy: ON_BUSY,
  vanishAfterMs: VANISH_AFTER,
};

/** Files for TLS. */
export const REMOTE_TLS_FIELDS: FieldsOf<RemoteTlsConfig> = {
  cert: { reader: path(), help: "File with the certificate, in PEM." },
  key: { reader: path(), help: "File with its private key." },
  clientCa: {
    reader: path(),
    help: "File with the authority that clients need a certificate of.",
  },
};

/** Fields of a member that serves clients. */
export const REMOTE_FIELDS: FieldsOf<RemoteConfig> = {
  listen: { reader: address(0), help: "Address to listen on. Port 0 means any free port." },
  protocol: {
    reader: word({ rfc2217: true, raw: true }),
    default: "rfc2217",
    help: "`rfc2217`: settings, lines and breaks travel, too. `raw`: bytes only.",
  },
  clients: {
    reader: word({ one: true, kick: true, shared: true, readers: true }),
    default: "one",
    help: "`one`: others are refused. `kick`: the newest is served. `shared`: all talk. `readers`: the first talks, all receive.",
  },
  tls: {
    reader: object<RemoteTlsConfig>(REMOTE_TLS_FIELDS, ["cert", "key"]),
    help: "Files `cert`, `key` and `clientCa`. They are read again at each reload.",
  },
  idleTimeoutMs: {
    reader: wholeDuration(1, 24 * HOUR_MS),
    help: "Disconnects a client after this time without a byte either way.",
  },
  allowRemote: {
    reader: flag(),
    default: false,
    help: "Allows an address that other machines can reach.",
  },
};

/**
 * Lists what a member that connects to a unix socket may set.
 *
 * @param directory Folder that relative paths start from.
 */
export function unixConnectFields(directory: string): FieldsOf<UnixConnectConfig> {
  const help = "Socket to connect to, again and again after pauses of at most 5 s.";
  return { connect: { reader: socketPath(directory), help } };
}

/**
 * Lists what a member that listens on a unix socket may set.
 *
 * @param directory Folder that relative paths start from.
 */
export function unixListenFields(directory: string): FieldsOf<UnixListenConfig> {
  return {
    listen: {
      reader: socketPath(directory),
      help: "Socket to create.",
    },
    mode: { reader: mode(), default: "0600", help: "Permission bits of the socket." },
    owner: { reader: account("user"), help: "Owner of the socket. Needs root." },
    group: { reader: account("group"), help: "Group of the socket." },
    onBusy: ON_BUSY,
  };
}

/**
 * Makes the reader of a peer on a unix socket.
 *
 * @param directory Folder that relative paths start from.
 */
export function unixEndpoint(directory: string): Reader<UnixConnectConfig | UnixListenConfig> {
  return endpoint("{ connect: path } or { listen: path }", {
    connect: unixConnectFields(directory),
    listen: unixListenFields(directory),
  });
}

/** Makes the reader of a TCP peer. */
export function tcpEndpoint(): Reader<TcpConnectConfig | TcpListenConfig> {
  const either = endpoint<TcpConnectConfig | TcpListenConfig>(
    "{ connect: host:port } or { listen: host:port }",
    { connect: TCP_CONNECT_FIELDS, listen: TCP_LISTEN_FIELDS },
  );
  const read = (node: ConfigNode): TcpConnectConfig | TcpListenConfig | undefined => {
    const config = either.read(node);
    if (config === undefined || !("listen" in config)) return config;
    checkRemote(node, { field: "listen", address: config.listen, isAllowed: config.allowRemote });
    return config;
  };
  return { allowed: either.allowed, read };
}

/** Makes the reader of a member that serves clients. */
export function remoteEndpoint(): Reader<RemoteConfig> {
  const fields = object<RemoteConfig>(REMOTE_FIELDS, ["listen"]);
  const read = (node: ConfigNode): RemoteConfig | undefined => {
    const config = fields.read(node);
    if (config === undefined) return undefined;
    const { listen, allowRemote } = config;
    checkRemote(node, { field: "listen", address: listen, isAllowed: allowRemote });
    return config.listen === undefined ? undefined : config;
  };
  return { allowed: fields.allowed, read };
}

/** An address to listen on, as it is configured. */
interface Listening {
  /** Field of the node that has the address. */
  readonly field: string;
  readonly address: string | undefined;
  readonly isAllowed: boolean | undefined;
}

/**
 * Reports an address that other machines reach, unless that is allowed.
 *
 * @param node The map with the address and `allowRemote`.
 * @param listening The endpoint to listen on.
 */
export function checkRemote(
  node: ConfigNode,
  { field, address: text, isAllowed }: Listening,
): void {
  const { host, port } = readHostPort(text) ?? {};
  if (host === undefined || isLoopback(host) || isAllowed === true) return;
  const at = node.entries().find(({ key }) => key === field)?.node;
  at?.report(
    "is reachable from other machines, and there is no password: give an address of this one, such as " +
      `127.0.0.1:${port}`,
    "or allow it: allowRemote: true, beside it",
    showValue(text),
  );
}

/** Makes a reader of a map that has exactly one of two words; the options depend on the word. */
function endpoint<T>(
  allowed: string,
  kinds: { readonly connect: Fields; readonly listen: Fields },
): Reader<T> {
  const read = (node: ConfigNode): T | undefined => {
    const keys = node.entries().map(({ key }) => key);
    const given = (["connect", "listen"] as const).filter((kind) => keys.includes(kind));
    const [kind] = given;
    if (kind === undefined) {
      node.refuse(allowed);
      return undefined;
    }
    if (given.length > 1) {
      node.report(`has ${listWords(given)}: give one of them`);
      return undefined;
    }
    const result = readFields(node, kinds[kind]);
    return result !== undefined && Object.hasOwn(result, kind) ? (result as T) : undefined; // its fields
  };
  return { allowed, read };
}
