// Names with a lease, in a key-value bucket whose entries vanish when they are not renewed; and the descriptions of hubs,
// in one whose entries stay. All hubs watch the descriptions, which change seldom. The leases are renewed all the time, so they are not
// watched: each hub asks for the list of them. So an idle cluster costs each hub the same, however many there are.

import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { type KV, Kvm, type KvWatchEntry } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { Backoff } from "../../engine/backoff.ts";
import { pause } from "../../engine/pause.ts";
import { clockMs } from "../../process/timers.ts";
import type { Lease, Leases, Taken } from "../transport.ts";
import { Roll } from "./roll.ts";

const PAUSES = { firstMs: 250, secondMs: 500, longestMs: 5000, stableMs: 10_000 };
const TTL_MS = 10_000;
const TIMEOUT_MS = 4000;
const VALUE_MAX = 256 * 1024;

/** The list of leases is asked for this often, in milliseconds. */
const LIST_MS = 2500;

/** Dependencies of the leases. */
export interface LeaseParts {
  /** The bucket of leases. */
  readonly bucket: string;
  /** The bucket of descriptions. */
  readonly about: string;
  /** The own name. */
  readonly name: string;
  readonly replicas: number;
  readonly connection: () => NatsConnection | undefined;
}

/** Leases in a bucket of NATS. */
export class NatsLeases implements Leases {
  readonly ttlMs: number = TTL_MS;
  readonly #parts: LeaseParts;
  readonly #opened = new Map<
    string,
    { readonly connection: NatsConnection; readonly kv: Promise<KV> }
  >();

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
    const { name, about } = this.#parts;
    const bucket = await this.#bucket();
    await bucket.delete(name, { previousSeq: revision });
    await (await this.#open(about)).delete(name);
  }

  async describe(text: string): Promise<void> {
    const { name, about } = this.#parts;
    await (await this.#open(about)).put(name, text);
  }

  watch(onChange: (hub: string, value: string | undefined) => void): () => void {
    const ending = new AbortController();
    const roll = new Roll(onChange);
    void this.#watch(roll, ending.signal);
    void this.#list(roll, ending.signal);
    return () => ending.abort();
  }

  async #watch(roll: Roll, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(PAUSES);
    while (!signal.aborted) {
      try {
        const entries = await (await this.#open(this.#parts.about)).watch();
        signal.addEventListener("abort", () => entries.stop(), { once: true });
        if (signal.aborted) entries.stop();
        for await (const entry of entries) {
          roll.described(entry.key, textOf(entry), entry.isUpdate ? clockMs() : undefined);
        }
      } catch {
        // The lease itself reports why the buckets cannot be reached.
      }
      await pause(backoff.next(), signal);
    }
  }

  /** Asks who has a lease, again and again. */
  async #list(roll: Roll, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const asked = clockMs();
      const names = await this.#names().catch(() => undefined); // the lease itself reports why
      if (names !== undefined && !signal.aborted) roll.listed(names, asked);
      await pause(LIST_MS * (0.9 + Math.random() * 0.2), signal);
    }
  }

  async #names(): Promise<ReadonlySet<string>> {
    const connection = this.#parts.connection();
    if (connection === undefined) throw new Error("the connection is lost");
    await this.#bucket(); // there is one
    const { bucket } = this.#parts;
    const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS, checkAPI: false });
    const start = `$KV.${bucket}.`;
    const { state } = await manager.streams.info(`KV_${bucket}`, { subjects_filter: `${start}>` });
    return new Set(Object.keys(state.subjects ?? {}).map((subject) => subject.slice(start.length)));
  }

  #bucket(): Promise<KV> {
    return this.#open(this.#parts.bucket, TTL_MS);
  }

  /** One for each connection. */
  #open(name: string, ttl?: number): Promise<KV> {
    const connection = this.#parts.connection();
    if (connection === undefined) return Promise.reject(new Error("the connection is lost"));
    const before = this.#opened.get(name);
    if (before?.connection === connection) return before.kv;
    const kv = this.#create(connection, name, ttl);
    this.#opened.set(name, { connection, kv });
    kv.catch(() => this.#opened.delete(name));
    return kv;
  }

  async #create(connection: NatsConnection, name: string, ttl: number | undefined): Promise<KV> {
    const client = jetstream(connection, { timeout: TIMEOUT_MS });
    return await new Kvm(client).create(name, {
      history: 1,
      ...(ttl !== undefined && { ttl }),
      replicas: this.#parts.replicas,
      maxValueSize: VALUE_MAX,
    });
  }
}

function textOf(entry: KvWatchEntry): string | undefined {
  return entry.operation === "PUT" ? entry.string() : undefined;
}
