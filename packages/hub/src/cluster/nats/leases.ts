// Names with a lease, in a key-value bucket whose entries vanish when they are not renewed.

import { jetstream } from "@nats-io/jetstream";
import { type KV, Kvm, type KvWatchEntry } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { Backoff } from "../../engine/backoff.ts";
import { pause } from "../../engine/pause.ts";
import type { Lease, Leases, Taken } from "../transport.ts";

const PAUSES = { firstMs: 250, secondMs: 500, longestMs: 5000, stableMs: 10_000 };
const TTL_MS = 10_000;
const TIMEOUT_MS = 4000;
const VALUE_MAX = 256 * 1024;

/** Dependencies of the leases. */
export interface LeaseParts {
  readonly bucket: string;
  /** The own name. */
  readonly name: string;
  readonly replicas: number;
  readonly connection: () => NatsConnection | undefined;
}

/** Leases in a bucket of NATS. */
export class NatsLeases implements Leases {
  readonly ttlMs: number = TTL_MS;
  readonly #parts: LeaseParts;
  #opened: { readonly connection: NatsConnection; readonly bucket: Promise<KV> } | undefined;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  async claim(value: string, isDead: (holder: string) => boolean): Promise<Lease | Taken> {
    const bucket = await this.#bucket();
    const { name } = this.#parts;
    const entry = await bucket.get(name);
    if (entry === null || entry.operation !== "PUT")
      return { revision: await bucket.create(name, value) };
    const holder = entry.string();
    if (!isDead(holder)) return { holder };
    return { revision: await bucket.update(name, value, entry.revision) };
  }

  async renew(
    value: string,
    { revision }: Lease,
    isOwn: (holder: string) => boolean,
  ): Promise<Lease | Taken> {
    const bucket = await this.#bucket();
    const { name } = this.#parts;
    try {
      return { revision: await bucket.update(name, value, revision) };
    } catch (error) {
      const entry = await bucket.get(name);
      if (entry === null || entry.operation !== "PUT") {
        return { revision: await bucket.create(name, value) }; // it was too late
      }
      if (entry.revision === revision) throw error; // it is still held
      // An attempt whose answer was lost has renewed it.
      const holder = entry.string();
      return isOwn(holder) ? { revision: entry.revision } : { holder };
    }
  }

  async release({ revision }: Lease): Promise<void> {
    const bucket = await this.#bucket();
    await bucket.delete(this.#parts.name, { previousSeq: revision });
  }

  watch(onChange: (hub: string, value: string | undefined) => void): () => void {
    const ending = new AbortController();
    void this.#watch(onChange, ending.signal);
    return () => ending.abort();
  }

  async #watch(
    onChange: (hub: string, value: string | undefined) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const backoff = new Backoff(PAUSES);
    while (!signal.aborted) {
      try {
        const entries = await (await this.#bucket()).watch();
        signal.addEventListener("abort", () => entries.stop(), { once: true });
        if (signal.aborted) entries.stop();
        for await (const entry of entries) onChange(entry.key, textOf(entry));
      } catch {
        // The lease itself reports why the bucket cannot be reached.
      }
      await pause(backoff.next(), signal);
    }
  }

  /** One for each connection. */
  #bucket(): Promise<KV> {
    const connection = this.#parts.connection();
    if (connection === undefined) return Promise.reject(new Error("the connection is lost"));
    if (this.#opened?.connection !== connection) {
      const bucket = this.#open(connection);
      this.#opened = { connection, bucket };
      bucket.catch(() => {
        this.#opened = undefined;
      });
    }
    return this.#opened.bucket;
  }

  async #open(connection: NatsConnection): Promise<KV> {
    const client = jetstream(connection, { timeout: TIMEOUT_MS });
    return await new Kvm(client).create(this.#parts.bucket, {
      history: 1,
      ttl: TTL_MS,
      replicas: this.#parts.replicas,
      maxValueSize: VALUE_MAX,
    });
  }
}

function textOf(entry: KvWatchEntry): string | undefined {
  return entry.operation === "PUT" ? entry.string() : undefined;
}
