// One connection to a NATS server, made again by itself: by the client while it can, and from the start, with
// the files of the credentials read again, when the client has given up.

import type { ConnectionOptions, NatsConnection } from "@nats-io/transport-node";
import { connect } from "@nats-io/transport-node";
import { Backoff } from "../../engine/backoff.ts";
import { pause } from "../../engine/pause.ts";
import { errorOf } from "../../process/error-of.ts";
import { settledWithin } from "../../process/settled-within.ts";
import { nextTurn } from "../../process/timers.ts";
import type { TransportListener } from "../transport.ts";
import { describeProblem } from "./problems.ts";

const PAUSES = { firstMs: 250, secondMs: 500, longestMs: 5000, stableMs: 10_000 };
/** A server that answers nothing for two or three of these has vanished. */
const PING_MS = 4000;
const RECONNECT_MS = 250;
const CONNECT_TIMEOUT_MS = 5000;
/** Longest that an end waits for a server, in milliseconds. */
const CLOSE_MS = 40;
/** Bytes that may be on their way to the server without an answer. */
const MOST_UNANSWERED = 16 * 1024 * 1024;
/** So many bytes are followed by a question whether they arrived. */
const ASK_EVERY = 1024 * 1024;

/** Listener of a connection. */
export interface ConnectionListener extends TransportListener {
  /** A new connection without subscriptions. */
  onNew(connection: NatsConnection): void;
}

/** The connection of one hub. */
export class Connection {
  readonly #listener: ConnectionListener;
  readonly #options: () => ConnectionOptions;
  readonly #ending = new AbortController();
  readonly #backoff = new Backoff(PAUSES);
  readonly #ended: Promise<void>;
  #current: NatsConnection | undefined;
  #isUp = false;
  #unanswered = 0;
  #sinceQuestion = 0;

  /** @param options Reads the options, and the files that they need; may throw. */
  constructor(options: () => ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
    this.#ended = this.#run();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** The connection; `undefined` while there is none. */
  get current(): NatsConnection | undefined {
    return this.#isUp ? this.#current : undefined;
  }

  /** Sends at most once. @returns `false` when too much is on its way already. */
  publish(subject: string, bytes: Uint8Array): boolean {
    const connection = this.current;
    if (connection === undefined || this.#unanswered > MOST_UNANSWERED) return false;
    connection.publish(subject, bytes);
    this.#unanswered += bytes.length;
    this.#sinceQuestion += bytes.length;
    if (this.#sinceQuestion >= ASK_EVERY) this.#ask(connection);
    return true;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    const closed = Promise.all([this.#current?.close(), this.#ended]);
    await settledWithin(closed, CLOSE_MS);
  }

  #ask(connection: NatsConnection): void {
    const bytes = this.#sinceQuestion;
    this.#sinceQuestion = 0;
    connection.flush().then(
      () => {
        this.#unanswered = Math.max(0, this.#unanswered - bytes);
      },
      () => undefined, // the connection is lost, and the count begins again
    );
  }

  async #run(): Promise<void> {
    await nextTurn(); // its owner has it by then
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#connectOnce();
      } catch (error) {
        if (!signal.aborted) this.#listener.onProblem(describeProblem(errorOf(error)));
      }
      await pause(this.#backoff.next(), signal);
    }
  }

  /** Returns when the client has given up. */
  async #connectOnce(): Promise<void> {
    const connection = await connect({
      ...this.#options(),
      noEcho: true, // its members have received them directly
      ignoreClusterUpdates: true, // the configured servers and no others
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      timeout: CONNECT_TIMEOUT_MS,
      pingInterval: PING_MS,
      maxPingOut: 2,
    });
    this.#current = connection;
    if (this.#ending.signal.aborted) {
      await connection.close();
      return;
    }
    this.#listener.onNew(connection);
    this.#up(connection);
    const followed = this.#follow(connection);
    const error = await connection.closed();
    await followed;
    this.#down();
    if (error instanceof Error) throw error;
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === "disconnect") this.#down();
      else if (status.type === "reconnect") this.#up(connection);
      else if (status.type === "error") this.#listener.onProblem(describeProblem(status.error));
    }
  }

  #up(connection: NatsConnection): void {
    this.#isUp = true;
    this.#unanswered = 0;
    this.#sinceQuestion = 0;
    this.#listener.onUp(connection.getServer());
  }

  #down(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    if (!this.#ending.signal.aborted) this.#listener.onDown();
  }
}
