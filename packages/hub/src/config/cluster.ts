// The cluster section of a configuration, and the rules between it and the networks that are shared.

import type { ClusterConfig, ClusterTlsConfig, HubConfig, NetworkConfig } from "../model/types.ts";
import type { ConfigNode } from "./config-node.ts";
import { path } from "./paths.ts";
import {
  type FieldsOf,
  flag,
  listWords,
  object,
  type Reader,
  text,
  texts,
  value,
} from "./readers.ts";
import { isLoopback, readHostPort } from "./values.ts";

/** Parts of a subject: a dot would begin another part. */
const TOKEN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const TOKEN_ALLOWED = "letters, digits, _ and -, at most 64, a letter or digit first";
const SERVER = /^(tls|nats):\/\/([^@/]+)$/;
/** Fields that need a stream. */
const DURABLE_ONLY = [
  "order",
  "onPartition",
  "spool",
  "retainMs",
  "retainBytes",
  "replicas",
  "storage",
] as const;

/** Files for TLS. */
export const CLUSTER_TLS_FIELDS: FieldsOf<ClusterTlsConfig> = {
  ca: {
    reader: path(),
    defaultHelp: "the authorities that Node.js trusts",
    help: "File with the certificates of trusted authorities, PEM.",
  },
  cert: { reader: path(), help: "File with the certificate of this hub, PEM. Needs `key`." },
  key: { reader: path(), help: "File with the key of `cert`, PEM." },
};

/** The connection to other hubs. */
export const CLUSTER_FIELDS: FieldsOf<ClusterConfig> = {
  name: { reader: token(), help: "Name of this hub. No other hub of the cluster may have it." },
  servers: {
    reader: servers(),
    help: "NATS servers. `nats://` is not encrypted, and allowed for this machine only.",
  },
  credentials: {
    reader: path(),
    help: "File with the JWT and the seed of a user, from the tools of NATS.",
  },
  nkey: { reader: path(), help: "File with the seed of an nkey." },
  user: { reader: text("a user name"), help: "Name of a user. Needs `passwordFile`." },
  passwordFile: { reader: path(), help: "File with the password of `user`." },
  tokenFile: { reader: path(), help: "File with a token." },
  tls: { reader: object<ClusterTlsConfig>(CLUSTER_TLS_FIELDS), help: "Files for TLS." },
  prefix: {
    reader: token(),
    default: "anyserial",
    help: "First part of the names of subjects and streams. Hubs with different prefixes share nothing.",
  },
  allowPlain: {
    reader: flag(),
    default: false,
    help: "Allows `nats://` to other machines. Everyone on the way can read and write.",
  },
};

/** Makes the reader of the section. */
export function cluster(): Reader<ClusterConfig> {
  const fields = object<ClusterConfig>(CLUSTER_FIELDS, ["name", "servers"]);
  const read = (node: ConfigNode): ClusterConfig | undefined => {
    const config = fields.read(node);
    if (config === undefined) return undefined;
    checkCredentials(node);
    if (config.servers !== undefined) checkEncryption(node, config);
    return config;
  };
  return { allowed: fields.allowed, read };
}

/**
 * Checks that networks are shared only where there is a cluster, and can be.
 *
 * @param root The whole configuration.
 * @param config As far as it could be read.
 */
export function checkCluster(root: ConfigNode, config: HubConfig): void {
  const networks = nodeOf(root, "networks");
  for (const { key, keyNode, node } of networks?.entries() ?? []) {
    if (config.networks?.[key]?.shared === undefined) continue;
    if (config.cluster === undefined) {
      nodeOf(node, "shared")?.report("needs a cluster section", "add cluster: { name, servers }");
    }
    if (!TOKEN.test(key)) {
      keyNode.report(
        `is no name for a shared network: give ${TOKEN_ALLOWED}`,
        undefined,
        JSON.stringify(key),
      );
    }
  }
}

/**
 * Checks the fields of one network that belong to sharing.
 *
 * @param node The network.
 * @param network As far as it could be read.
 */
export function checkSharing(node: ConfigNode, network: NetworkConfig): void {
  for (const { key, keyNode } of node.entries()) {
    if (!(DURABLE_ONLY as readonly string[]).includes(key) || network.shared === "durable")
      continue;
    keyNode.report("is for shared: durable", "add it, or remove this field");
  }
  if (network.onPartition === undefined || network.shared !== "durable") return;
  if (network.order !== "total") {
    nodeOf(node, "onPartition")?.report(
      "is for order: total: with order: sender, local members always go on",
    );
  }
}

function checkCredentials(node: ConfigNode): void {
  const keys = node.entries().map(({ key }) => key);
  const ways = ["credentials", "nkey", "user", "tokenFile"].filter((way) => keys.includes(way));
  if (ways.length > 1) node.report(`has ${listWords(ways)}: give one of them`);
  needs(node, "user", "passwordFile");
  needs(node, "passwordFile", "user");
  const tls = nodeOf(node, "tls");
  if (tls === undefined) return;
  needs(tls, "cert", "key");
  needs(tls, "key", "cert");
}

/** Reports a field without the one that belongs to it. */
function needs(node: ConfigNode, field: string, other: string): void {
  const keys = node.entries().map(({ key }) => key);
  if (keys.includes(field) && !keys.includes(other)) {
    node.missing(other).report(`is missing: ${field} needs it`);
  }
}

function checkEncryption(
  node: ConfigNode,
  { servers: addresses, allowPlain }: ClusterConfig,
): void {
  const plain = addresses.filter((server) => server.startsWith("nats://"));
  const at = nodeOf(node, "servers");
  if (plain.length > 0 && plain.length < addresses.length) {
    at?.report("has tls:// and nats://: give one of them for all servers");
  }
  const isOpen = plain.some((server) => !isLoopback(hostOf(server)));
  if (isOpen && allowPlain !== true) {
    at?.report(
      "has a server on another machine without encryption: give tls://",
      "or allow it: allowPlain: true, beside it",
    );
  }
  if (plain.length > 0) nodeOf(node, "tls")?.report("is for tls:// servers");
}

function hostOf(server: string): string {
  return readHostPort(server.replace(/^\w+:\/\//, ""))?.host ?? "";
}

function token(): Reader<string> {
  return value(TOKEN_ALLOWED, (given) =>
    typeof given === "string" && TOKEN.test(given) ? given : undefined,
  );
}

/** Reads addresses. One with a password in it is refused without being shown. */
function servers(): Reader<readonly string[]> {
  const list = texts("a list of addresses such as tls://nats-1:4222", 1);
  const read = (node: ConfigNode): readonly string[] | undefined => {
    const items = node.items();
    const secret = items?.find(
      ({ value: given }) => typeof given === "string" && given.includes("@"),
    );
    if (secret !== undefined) {
      secret.report("has a user in it: give the credentials in files, beside servers");
      return undefined;
    }
    const given = list.read(node);
    const wrong = items?.find(({ value: one }) => typeof one === "string" && !isServer(one));
    if (given === undefined || wrong === undefined) return given;
    wrong.refuse("an address such as tls://nats-1:4222");
    return undefined;
  };
  return { allowed: list.allowed, read };
}

function isServer(address: string): boolean {
  const host = SERVER.exec(address)?.[2];
  return (readHostPort(host)?.port ?? 0) > 0;
}

function nodeOf(node: ConfigNode, name: string): ConfigNode | undefined {
  return node.entries().find(({ key }) => key === name)?.node;
}
