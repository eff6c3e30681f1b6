// THE CONTRACT between the links of a hub and whatever carries their messages. It is tried first and waits
// for nothing, except where a promise says so. A transport connects, and connects again, by itself.

/** Purpose of a subject. */
export type Channel =
  /** Bytes of members, at most once. */
  | "live"
  /** Events of members, at most once. */
  | "event";

/** Listener of a transport. */
export interface TransportListener {
  /** It is connected. @param server Address of the server, without credentials. */
  onUp(server: string): void;
  /** The connection is lost; it is tried again. */
  onDown(): void;
  /** Something failed, and may fail again and again with the same message. */
  onProblem(error: Error): void;
}

/** How a stream keeps its messages. */
export interface StreamSettings {
  /** Age after which a message is removed, in milliseconds. */
  readonly maxAgeMs: number;
  /** Size from which the oldest messages are removed. */
  readonly maxBytes: number;
  /** Servers that keep a copy. */
  readonly replicas: number;
  readonly storage: "file" | "memory";
}

/** A message of a stream. */
interface StreamRecord {
  /** Name of the hub that sent it. */
  readonly hub: string;
  readonly bytes: Uint8Array;
}

/** Listener of a stream. Records come one after the other. */
export interface StreamListener {
  /** The next record. @returns With a promise, the next one waits for it. */
  onRecord(record: StreamRecord): void | Promise<void>;
  /**
   * The next record is not the one behind the last: those between were removed. Nothing that was missing
   * before will still come.
   */
  onRemoved(): void;
  /** It can be written to. */
  onOpen(): void;
  onProblem(error: Error): void;
}

/** A stream that all hubs of a network write to and read from. */
export interface DurableStream {
  /**
   * Adds a message.
   *
   * @param bytes Not changed until the promise is settled.
   * @param id The same for each attempt: the stream keeps one, or rarely two.
   * @returns Resolves when the stream has it.
   * @throws Any error — it is not known whether the stream has it.
   */
  append(bytes: Uint8Array, id: string): Promise<void>;
  /** Reads the last records once more: the numbers of some may have been given twice. */
  readAgain(): void;
  /** Keeps messages for another time, or other sizes of them. */
  reconfigure(settings: StreamSettings): void;
  close(): void;
}

/** A claim on a name. */
export interface Lease {
  /** Higher than that of all claims before. */
  readonly revision: number;
}

/** Another one has the name. */
export interface Taken {
  /** Its description of itself. */
  readonly holder: string;
}

/** Names that one hub has at a time, and the descriptions that hubs give of themselves. */
export interface Leases {
  /** Time after which a name is free if its claim was not renewed, in milliseconds. */
  readonly ttlMs: number;
  /**
   * Claims the own name.
   *
   * @param isDead Says whether a holder is known not to run any more.
   */
  claim(value: string, isDead: (holder: string) => boolean): Promise<Lease | Taken>;
  /** Renews it. @param isOwn Says whether a value was written by this claim. */
  renew(value: string, lease: Lease, isOwn: (holder: string) => boolean): Promise<Lease | Taken>;
  /** Gives it up, if it is still held, and takes the description back. */
  release(lease: Lease): Promise<void>;
  /** Gives the others a description of this hub, for as long as it has its name; only when it has changed. */
  describe(text: string): Promise<void>;
  /** Calls back with the description of each hub now and then, and when it changes; `undefined` when it is gone. */
  watch(onChange: (hub: string, value: string | undefined) => void): () => void;
}

/** Where a transport comes from: its module is loaded when it is used. */
export type MakeTransport = (listener: TransportListener) => Transport;

/** A connection to the other hubs. */
export interface Transport {
  /** Messages can be sent now. */
  readonly isUp: boolean;
  readonly leases: Leases;
  /**
   * Sends under the own name; only while it is up.
   *
   * @param bytes The transport's from now on.
   * @returns `false` when there is no room: nothing was sent.
   */
  publish(channel: Channel, network: string, bytes: Uint8Array): boolean;
  /** Receives from all hubs, the own one included. @returns Ends it. */
  subscribe(
    channel: Channel,
    network: string,
    onMessage: (hub: string, bytes: Uint8Array) => void,
  ): () => void;
  /** Opens a stream, and creates it if there is none; it begins with the next record. */
  openStream(network: string, settings: StreamSettings, listener: StreamListener): DurableStream;
  /** Time to the server and back, in milliseconds. */
  roundTrip(): Promise<number>;
  close(): Promise<void>;
}
