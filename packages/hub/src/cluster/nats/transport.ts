// The transport over NATS: subjects, streams and a bucket, all under one prefix.

import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import type { ClusterConfig } from "../../model/types.ts";
import type {
  Channel,
  DurableStream,
  Leases,
  StreamListener,
  StreamSettings,
  Transport,
  TransportListener,
} from "../transport.ts";
import { Connection } from "./connection.ts";
import { NatsLeases } from "./leases.ts";
import { connectionOptions } from "./options.ts";
import { NatsStream } from "./stream.ts";

/** A subscription that every new connection gets. */
interface Wanted {
  readonly subject: string;
  readonly onMessage: (hub: string, bytes: Uint8Array) => void;
  subscription: Subscription | undefined;
}

/**
 * Makes the transport of a hub; it connects by itself.
 *
 * @param config The cluster section, with its prefix.
 * @param directory Folder that relative paths start from.
 * @param listener Where it reports.
 */
export function natsTransport(
  config: ClusterConfig & { readonly prefix: string },
  directory: string,
  listener: TransportListener,
): Transport {
  return new NatsTransport(config, directory, listener);
}

class NatsTransport implements Transport {
  readonly leases: Leases;
  readonly #prefix: string;
  readonly #hub: string;
  readonly #connection: Connection;
  readonly #wanted = new Set<Wanted>();
  readonly #streams = new Set<NatsStream>();

  constructor(
    config: ClusterConfig & { readonly prefix: string },
    directory: string,
    listener: TransportListener,
  ) {
    this.#prefix = config.prefix;
    this.#hub = config.name;
    this.leases = new NatsLeases({
      bucket: `${config.prefix}-hubs`,
      about: `${config.prefix}-about`,
      name: config.name,
      replicas: config.servers.length >= 3 ? 3 : 1,
      connection: () => this.#connection.current,
    });
    this.#connection = new Connection(() => connectionOptions(config, directory), {
      onNew: (connection) => this.#subscribeAll(connection),
      onUp: (server) => {
        for (const stream of this.#streams) stream.onUp();
        listener.onUp(server);
      },
      onDown: () => listener.onDown(),
      onProblem: (error) => listener.onProblem(error),
    });
  }

  get isUp(): boolean {
    return this.#connection.isUp;
  }

  publish(channel: Channel, network: string, bytes: Uint8Array): boolean {
    return this.#connection.publish(this.#subject(channel, network, this.#hub), bytes);
  }

  subscribe(
    channel: Channel,
    network: string,
    onMessage: (hub: string, bytes: Uint8Array) => void,
  ): () => void {
    const subject = this.#subject(channel, network, "*");
    const wanted: Wanted = { subject, onMessage, subscription: undefined };
    this.#wanted.add(wanted);
    const { current } = this.#connection;
    if (current !== undefined) subscribe(current, wanted);
    return () => {
      this.#wanted.delete(wanted);
      wanted.subscription?.unsubscribe();
    };
  }

  openStream(network: string, settings: StreamSettings, listener: StreamListener): DurableStream {
    const stream = new NatsStream({
      names: {
        stream: `${this.#prefix}-${network}`,
        own: this.#subject("durable", network, this.#hub),
        all: this.#subject("durable", network, "*"),
      },
      settings,
      connection: () => this.#connection.current,
      listener,
    });
    this.#streams.add(stream);
    if (this.isUp) stream.onUp();
    return {
      append: (bytes, id) => stream.append(bytes, id),
      readAgain: () => stream.readAgain(),
      reconfigure: (changed) => stream.reconfigure(changed),
      close: () => {
        this.#streams.delete(stream);
        stream.close();
      },
    };
  }

  async roundTrip(): Promise<number> {
    const { current } = this.#connection;
    if (current === undefined) throw new Error("the connection is lost");
    return await current.rtt();
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    await this.#connection.close();
  }

  #subject(channel: Channel | "durable", network: string, hub: string): string {
    return `${this.#prefix}.${channel}.${network}.${hub}`;
  }

  #subscribeAll(connection: NatsConnection): void {
    for (const wanted of this.#wanted) subscribe(connection, wanted);
  }
}

function subscribe(connection: NatsConnection, wanted: Wanted): void {
  const { subject, onMessage } = wanted;
  wanted.subscription = connection.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) return; // not permitted: the connection reports it
      onMessage(message.subject.slice(message.subject.lastIndexOf(".") + 1), message.data);
    },
  });
}
