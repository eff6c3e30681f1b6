// The configuration of a network over several hubs. Types only: sizes in bytes, times in milliseconds.

import type { ByteSize } from "./basic-types.ts";

/** How a network is shared with the other hubs of the cluster. */
export type Sharing =
  /** At most once, in order; losses are counted. */
  | "live"
  /** Each message once, in order, as long as the stream keeps it. */
  | "durable";

/** Sharing of a network between the hubs of a cluster. */
export interface SharedConfig {
  /** Joins the network of the same name on the other hubs; needs `cluster`. */
  readonly shared?: Sharing | undefined;
  /**
   * `durable`: `sender` keeps the order of each hub's messages; with `total`, all members of all hubs receive
   * all messages in the same order, the members of the sender's hub included. @defaultValue "sender"
   */
  readonly order?: "sender" | "total" | undefined;
  /**
   * `order: total`: the members of a hub that is cut off wait for the stream, or go on among themselves.
   * @defaultValue "halt"
   */
  readonly onPartition?: "halt" | "local" | undefined;
  /** `durable`: bytes that wait in memory for the stream. @defaultValue 64 MiB */
  readonly spool?: ByteSize | undefined;
  /** `durable`: age after which the stream removes a message. @defaultValue 3600000 */
  readonly retainMs?: number | undefined;
  /** `durable`: size from which the stream removes its oldest messages. @defaultValue 256 MiB */
  readonly retainBytes?: ByteSize | undefined;
  /** `durable`: servers that keep a copy. @defaultValue 3 with three or more servers, else 1 */
  readonly replicas?: 1 | 3 | 5 | undefined;
  /** `durable`: where the servers keep it. @defaultValue "file" */
  readonly storage?: "file" | "memory" | undefined;
}

/** Files for TLS towards the servers, PEM. */
export interface ClusterTlsConfig {
  /** Certificates of the authorities that are trusted. @defaultValue those of Node.js */
  readonly ca?: string | undefined;
  /** The hub's own certificate; needs `key`. */
  readonly cert?: string | undefined;
  /** The key of `cert`. */
  readonly key?: string | undefined;
}

/** Connection to the other hubs, by NATS servers. */
export interface ClusterConfig {
  /** Name of this hub; no other one in the cluster has it. */
  readonly name: string;
  /** Addresses, as `tls://host:4222`; `nats://` without encryption only to this machine. */
  readonly servers: readonly string[];
  /** File with a user's JWT and seed, as the tools of NATS write it. */
  readonly credentials?: string | undefined;
  /** File with the seed of an nkey. */
  readonly nkey?: string | undefined;
  /** User name; needs `passwordFile`. */
  readonly user?: string | undefined;
  /** File with the password of `user`. */
  readonly passwordFile?: string | undefined;
  /** File with a token. */
  readonly tokenFile?: string | undefined;
  readonly tls?: ClusterTlsConfig | undefined;
  /** First part of all subjects and names of streams. @defaultValue "anyserial" */
  readonly prefix?: string | undefined;
  /** Allows `nats://` to other machines: everyone on the way reads and writes along. @defaultValue false */
  readonly allowPlain?: boolean | undefined;
}
