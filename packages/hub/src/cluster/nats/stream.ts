// A JetStream stream that all hubs of a network share: made if it is missing, written with message ids, and read
// in order from one position on, however often the connection, the consumer or the stream itself is lost.

import {
  type ConsumerMessages,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { Backoff } from "../../engine/backoff.ts";
import { pause } from "../../engine/pause.ts";
import { errorOf } from "../../process/error-of.ts";
import { clearInterval, setInterval } from "../../process/timers.ts";
import type { DurableStream, StreamListener, StreamSettings } from "../transport.ts";
import { Appender } from "./append.ts";
import { Position, type StreamNow } from "./position.ts";
import { describeProblem } from "./problems.ts";

const PAUSES = { firstMs: 100, secondMs: 200, longestMs: 2000, stableMs: 10_000 };
const APPEND_TIMEOUT_MS = 4000;
const API_TIMEOUT_MS = 4000;
/** A stream recognizes a message id for so long. */
const DUPLICATES_MS = 120_000;
/** Messages that may be on their way to this hub. */
const PULL_MESSAGES = 500;
const PULL_MS = 10_000;
/** A reader that received nothing for so long is compared with its stream, in milliseconds. */
const SILENCE_MS = 5000;
/** A consumer that is silent for two of these is looked at. */
const HEARTBEAT_MS = 1000;
const NS_PER_MS = 1_000_000;

/** Names of one stream. */
interface StreamNames {
  readonly stream: string;
  /** Subject that this hub writes to. */
  readonly own: string;
  /** Subjects of all hubs. */
  readonly all: string;
}

/** Dependencies of a stream. */
export interface StreamParts {
  readonly names: StreamNames;
  readonly settings: StreamSettings;
  /** The connection, if it is up. */
  readonly connection: () => NatsConnection | undefined;
  readonly listener: StreamListener;
}

/** The stream of one network. */
export class NatsStream implements DurableStream {
  readonly #parts: StreamParts;
  readonly #ending = new AbortController();
  readonly #backoff = new Backoff(PAUSES);
  #settings: StreamSettings;
  readonly #appender = new Appender();
  readonly #position = new Position();
  #js: JetStreamClient | undefined;
  #jsFor: NatsConnection | undefined;
  #messages: ConsumerMessages | undefined;
  /** A record waits until the members have room. */
  #isTaking = false;
  #isRunning = false;
  #wasOpened = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
  }

  /** The connection is there, again or for the first time. */
  onUp(): void {
    if (this.#isRunning || this.#ending.signal.aborted) return;
    this.#isRunning = true;
    void this.#run();
  }

  async append(bytes: Uint8Array, id: string): Promise<void> {
    const js = this.#client();
    if (js === undefined) throw new Error("the connection is lost");
    const { own: subject, stream } = this.#parts.names;
    try {
      await this.#appender.append(js, { subject, bytes, id, timeoutMs: APPEND_TIMEOUT_MS });
    } catch (error) {
      throw describeProblem(errorOf(error), `write to stream ${stream}`);
    }
  }

  reconfigure(settings: StreamSettings): void {
    this.#settings = settings;
    this.#messages?.stop(); // the next reader compares
  }

  readAgain(): void {
    this.#position.again();
    this.#messages?.stop(); // the next reader begins there
  }

  close(): void {
    this.#ending.abort();
    this.#messages?.stop();
  }

  #client(): JetStreamClient | undefined {
    const connection = this.#parts.connection();
    if (connection === undefined) return undefined;
    if (this.#jsFor !== connection) {
      this.#jsFor = connection;
      this.#js = jetstream(connection, { timeout: API_TIMEOUT_MS });
    }
    return this.#js;
  }

  /** Reads until it is closed; while there is no connection, it waits for one. */
  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#read();
      } catch (error) {
        if (signal.aborted) break;
        const { stream } = this.#parts.names;
        const isUp = this.#parts.connection() !== undefined;
        if (isUp)
          this.#parts.listener.onProblem(describeProblem(errorOf(error), `read stream ${stream}`));
      }
      await pause(this.#backoff.next(), signal);
    }
    this.#isRunning = false;
  }

  /** Reads until the reader is lost. */
  async #read(): Promise<void> {
    const connection = this.#parts.connection();
    const js = this.#client();
    if (connection === undefined || js === undefined) return;
    const manager = await jetstreamManager(connection, {
      timeout: API_TIMEOUT_MS,
      checkAPI: false,
    });
    const info = await this.#open(manager);
    // Records that were not read are gone with a stream that was deleted.
    if (this.#position.start(stateOf(info))) this.#parts.listener.onRemoved();
    const start = this.#position.last + 1;
    const consumer = await js.consumers.get(info.config.name, { opt_start_seq: start });
    const messages = await consumer.consume({
      max_messages: PULL_MESSAGES,
      expires: PULL_MS,
      idle_heartbeat: HEARTBEAT_MS,
    });
    this.#messages = messages;
    if (this.#ending.signal.aborted) messages.stop();
    this.#watch(messages);
    const stopCheck = this.#checkSilence(manager, messages);
    if (!this.#wasOpened) this.#parts.listener.onOpen();
    this.#wasOpened = true;
    try {
      for await (const message of messages) {
        const settled = this.#take(message, manager);
        if (settled !== undefined) await this.#wait(settled);
        if (this.#ending.signal.aborted) return;
      }
    } finally {
      stopCheck();
    }
  }

  async #wait(settled: Promise<void>): Promise<void> {
    this.#isTaking = true;
    try {
      await settled;
    } finally {
      this.#isTaking = false;
    }
  }

  /** A consumer on a server in trouble may be silent for ever, without an error. @returns Ends the checks. */
  #checkSilence(manager: JetStreamManager, messages: ConsumerMessages): () => void {
    let seen = -1;
    const timer = setInterval(() => {
      const { last } = this.#position;
      const isSilent = last === seen && !this.#isTaking;
      seen = last;
      if (isSilent) void this.#compare(manager, messages, last);
    }, SILENCE_MS);
    return () => clearInterval(timer);
  }

  /** Ends a reader that does not move and is not at the end of its stream. */
  async #compare(
    manager: JetStreamManager,
    messages: ConsumerMessages,
    last: number,
  ): Promise<void> {
    const { stream } = this.#parts.names;
    const info = await manager.streams.info(stream).catch(() => undefined);
    if (info === undefined || this.#position.last !== last || this.#isTaking) return;
    if (this.#position.isElsewhere(stateOf(info))) messages.stop();
  }

  /** Whatever is odd about a reader ends it: the next one begins where it stopped. */
  #watch(messages: ConsumerMessages): void {
    void (async () => {
      for await (const { type } of messages.status()) {
        const isOdd = [
          "consumer_not_found",
          "stream_not_found",
          "consumer_deleted",
          "no_responders",
        ];
        if (isOdd.includes(type) || type === "heartbeats_missed") messages.stop();
      }
    })();
  }

  #take(message: JsMsg, manager: JetStreamManager): void | Promise<void> {
    const expected = this.#position.last + 1;
    const step = this.#position.take(message.seq);
    if (step === "old") return undefined;
    if (step === "jump") return this.#jump(message, expected, manager);
    return this.#pass(message);
  }

  /** A server that comes back may leave records out that the others have: they are read again later. */
  async #jump(message: JsMsg, expected: number, manager: JetStreamManager): Promise<void> {
    const info = await manager.streams.info(this.#parts.names.stream).catch(() => undefined);
    if (info !== undefined && info.state.first_seq > expected) this.#parts.listener.onRemoved();
    await this.#pass(message);
  }

  #pass(message: JsMsg): void | Promise<void> {
    const { listener } = this.#parts;
    const hub = message.subject.slice(message.subject.lastIndexOf(".") + 1);
    return listener.onRecord({ hub, bytes: message.data });
  }

  async #open(manager: JetStreamManager): Promise<StreamInfo> {
    const { stream } = this.#parts.names;
    const wanted = this.#config();
    const info = await manager.streams.info(stream).catch((error: unknown) => {
      if (errorOf(error).message.includes("stream not found")) return undefined;
      throw error;
    });
    if (info === undefined) return await manager.streams.add(wanted);
    const isSame =
      info.config.max_age === wanted.max_age && info.config.max_bytes === wanted.max_bytes;
    if (isSame) return info;
    const { max_age, max_bytes } = wanted;
    return await manager.streams.update(stream, { ...info.config, max_age, max_bytes });
  }

  #config(): StreamWanted {
    const { names } = this.#parts;
    const settings = this.#settings;
    return {
      name: names.stream,
      subjects: [names.all],
      retention: RetentionPolicy.Limits,
      storage: settings.storage === "file" ? StorageType.File : StorageType.Memory,
      num_replicas: settings.replicas,
      max_age: settings.maxAgeMs * NS_PER_MS,
      max_bytes: settings.maxBytes,
      duplicate_window: Math.min(DUPLICATES_MS, settings.maxAgeMs) * NS_PER_MS,
    };
  }
}

function stateOf({ created, state }: StreamInfo): StreamNow {
  return { created, first: state.first_seq, last: state.last_seq };
}

type StreamWanted = Pick<StreamConfig, "name" | "max_age" | "max_bytes"> & Partial<StreamConfig>;
