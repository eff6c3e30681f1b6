// Servers in memory, for tests of the links: hubs can be cut off, messages lost, and answers of a stream lost.

import type {
  Channel,
  DurableStream,
  Lease,
  Leases,
  StreamListener,
  Taken,
  Transport,
  TransportListener,
} from "../../dist/cluster/transport.js";

interface Stored {
  readonly hub: string;
  readonly bytes: Uint8Array;
}

class MemoryStream {
  readonly records: Stored[] = [];
  readonly ids = new Set<string>();
  readonly readers = new Set<Reader>();
}

/** All that hubs share. */
export class MemoryBroker {
  readonly streams = new Map<string, MemoryStream>();
  readonly names = new Map<string, { readonly value: string; readonly revision: number }>();
  readonly transports = new Map<string, MemoryTransport>();
  readonly descriptions = new Map<string, string>();
  revision = 0;
  timesDescribed = 0;
  /** Loses a live message, if it says so. */
  losesLive: (count: number) => boolean = () => false;
  /** What becomes of an attempt to write: stored, stored without an answer, neither, or lost though confirmed. */
  fateOf: (count: number) => "store" | "no answer" | "lose" | "claim" = () => "store";
  live = 0;
  appends = 0;

  /** For `makeTransport` of a hub. */
  readonly connect = (
    { name }: { readonly name: string },
    _directory: string,
    listener: TransportListener,
  ): Transport => {
    const transport = new MemoryTransport(this, name, listener);
    this.transports.set(name, transport);
    return transport;
  };

  /** Cuts a hub off, or no longer. */
  cut(name: string, isCut: boolean): void {
    this.transports.get(name)?.setUp(!isCut);
  }

  stream(network: string): MemoryStream {
    const stream = this.streams.get(network) ?? new MemoryStream();
    this.streams.set(network, stream);
    return stream;
  }

  tellNames(name: string, value: string | undefined): void {
    for (const { watchers, isUp } of this.transports.values()) {
      if (isUp) for (const watcher of watchers) watcher(name, value);
    }
  }
}

/** One hub's end. */
class MemoryTransport implements Transport {
  isUp = false;
  readonly watchers = new Set<(hub: string, value: string | undefined) => void>();
  readonly subscriptions = new Set<{
    readonly subject: string;
    readonly onMessage: (hub: string, bytes: Uint8Array) => void;
  }>();
  readonly #readers = new Set<Reader>();
  readonly #broker: MemoryBroker;
  readonly #hub: string;
  readonly #listener: TransportListener;

  constructor(broker: MemoryBroker, hub: string, listener: TransportListener) {
    this.#broker = broker;
    this.#hub = hub;
    this.#listener = listener;
    setImmediate(() => this.setUp(true));
  }

  get leases(): Leases {
    return new MemoryLeases(this.#broker, this.#hub, this);
  }

  setUp(isUp: boolean): void {
    this.isUp = isUp;
    if (isUp) this.#listener.onUp("memory");
    else this.#listener.onDown();
    for (const reader of this.#readers) reader.wake();
  }

  publish(channel: Channel, network: string, bytes: Uint8Array): boolean {
    if (channel === "live" && this.#broker.losesLive(++this.#broker.live)) return true;
    for (const other of this.#broker.transports.values()) {
      if (other === this || !other.isUp) continue;
      for (const { subject, onMessage } of other.subscriptions) {
        if (subject === `${channel} ${network}`) onMessage(this.#hub, bytes);
      }
    }
    return true;
  }

  subscribe(
    channel: Channel,
    network: string,
    onMessage: (hub: string, bytes: Uint8Array) => void,
  ): () => void {
    const subscription = { subject: `${channel} ${network}`, onMessage };
    this.subscriptions.add(subscription);
    return () => this.subscriptions.delete(subscription);
  }

  openStream(network: string, _settings: unknown, listener: StreamListener): DurableStream {
    const stream = this.#broker.stream(network);
    const reader = new Reader(stream, listener, () => this.isUp);
    this.#readers.add(reader);
    stream.readers.add(reader);
    setImmediate(() => listener.onOpen());
    return {
      append: (bytes, id) => this.#append(stream, bytes, id),
      readAgain: () => reader.readAgain(),
      reconfigure: () => undefined,
      close: () => {
        this.#readers.delete(reader);
        stream.readers.delete(reader);
      },
    };
  }

  async roundTrip(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    this.isUp = false;
    this.#broker.transports.delete(this.#hub);
  }

  async #append(stream: MemoryStream, bytes: Uint8Array, id: string): Promise<void> {
    const fate = this.isUp ? this.#broker.fateOf(++this.#broker.appends) : "lose";
    if (fate === "claim") return;
    if (fate !== "lose" && !stream.ids.has(id)) {
      stream.ids.add(id);
      stream.records.push({ hub: this.#hub, bytes: bytes.slice() });
      for (const reader of stream.readers) reader.wake();
    }
    if (fate !== "store") throw new Error("no answer from the stream");
  }
}

/** Reads a stream from the moment it was opened. */
class Reader {
  readonly #stream: MemoryStream;
  readonly #listener: StreamListener;
  readonly #isUp: () => boolean;
  #at: number;
  #isBusy = false;

  constructor(stream: MemoryStream, listener: StreamListener, isUp: () => boolean) {
    this.#stream = stream;
    this.#listener = listener;
    this.#isUp = isUp;
    this.#at = stream.records.length;
  }

  readAgain(): void {
    this.#at = 0;
    this.wake();
  }

  /** The next records have numbers of others that were read, and that the servers lost. */
  passOver(records: number): void {
    this.#at += records;
  }

  wake(): void {
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#isUp() && this.#at < this.#stream.records.length) {
      await this.#listener.onRecord(this.#stream.records[this.#at++] as Stored);
    }
    this.#isBusy = false;
  }
}

class MemoryLeases implements Leases {
  readonly ttlMs = 1000;
  readonly #broker: MemoryBroker;
  readonly #name: string;
  readonly #transport: MemoryTransport;

  constructor(broker: MemoryBroker, name: string, transport: MemoryTransport) {
    this.#broker = broker;
    this.#name = name;
    this.#transport = transport;
  }

  async claim(value: string, isDead: (holder: string) => boolean): Promise<Lease | Taken> {
    const holder = this.#broker.names.get(this.#name);
    if (holder !== undefined && !isDead(holder.value)) return { holder: holder.value };
    return this.#put(value);
  }

  async renew(value: string, lease: Lease): Promise<Lease | Taken> {
    const holder = this.#broker.names.get(this.#name);
    if (holder !== undefined && holder.revision !== lease.revision) return { holder: holder.value };
    return this.#put(value);
  }

  async describe(text: string): Promise<void> {
    this.#broker.timesDescribed++;
    this.#broker.descriptions.set(this.#name, text);
    this.#broker.tellNames(this.#name, text);
  }

  async release(): Promise<void> {
    this.#broker.names.delete(this.#name);
    this.#broker.descriptions.delete(this.#name);
    this.#broker.tellNames(this.#name, undefined);
  }

  watch(onChange: (hub: string, value: string | undefined) => void): () => void {
    this.#transport.watchers.add(onChange);
    for (const [name, text] of this.#broker.descriptions) onChange(name, text);
    return () => this.#transport.watchers.delete(onChange);
  }

  #put(value: string): Lease {
    const lease = { revision: ++this.#broker.revision };
    this.#broker.names.set(this.#name, { value, ...lease });
    const text = this.#broker.descriptions.get(this.#name);
    if (text !== undefined) this.#broker.tellNames(this.#name, text);
    return lease;
  }
}
