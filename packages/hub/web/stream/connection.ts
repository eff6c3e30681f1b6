// The stream from the hub. A connection that is lost is made again, and goes on where it was; a page
// that is hidden ends it, so that it costs nothing.

import type { EventBatch, Hello, PageStatus, TrafficBatch } from "../../src/page/wire.ts";
import { type ServerEvent, SseParser } from "./sse-parser.ts";

export type ConnectionState =
  | "connecting"
  | "live"
  | "lost"
  /** The page is hidden. */
  | "paused"
  /** The hub shows traffic only to those who have the token. */
  | "token-needed";

export interface ConnectionParts {
  readonly headers: () => Record<string, string>;
  readonly onState: (state: ConnectionState) => void;
  /** `isFirst` is false where the page had a connection before. */
  readonly onHello: (hello: Hello, isFirst: boolean) => void;
  readonly onStatus: (status: PageStatus) => void;
  readonly onTraffic: (batch: TrafficBatch) => void;
  readonly onEvents: (batch: EventBatch) => void;
}

/** The hub sends a state every second. */
const SILENCE_MS = 6000;
const HIDDEN_MS = 5000;
const RETRY_FIRST_MS = 300;
const RETRY_MOST_MS = 4000;

export class Connection {
  readonly #parts: ConnectionParts;
  #abort: AbortController | undefined;
  #lastId: string | undefined;
  #retryMs = RETRY_FIRST_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  start(): void {
    document.addEventListener("visibilitychange", () => this.#onVisibility());
    window.addEventListener("online", () => this.retry());
    this.retry();
  }

  /** Connects anew, at once. */
  retry(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    void this.#run(abort);
  }

  #onVisibility(): void {
    clearTimeout(this.#timer);
    if (!document.hidden) {
      if (this.#abort === undefined) this.retry();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#abort?.abort();
      this.#abort = undefined;
      this.#parts.onState("paused");
    }, HIDDEN_MS);
  }

  async #run(abort: AbortController): Promise<void> {
    const state = await this.#read(abort.signal).catch((): ConnectionState => "lost");
    clearTimeout(this.#silence);
    if (this.#abort !== abort) return; // another one has begun
    this.#parts.onState(state);
    if (state === "token-needed") return;
    this.#timer = setTimeout(() => this.retry(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MOST_MS);
  }

  /** Reads until the end. @returns The state then. */
  async #read(signal: AbortSignal): Promise<ConnectionState> {
    this.#expectMore();
    const headers = this.#parts.headers();
    if (this.#lastId !== undefined) headers["last-event-id"] = this.#lastId;
    const response = await fetch("stream", { headers, signal, cache: "no-store" });
    if (response.status === 401 || response.status === 403) return "token-needed";
    if (!response.ok || response.body === null) return "lost";
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return "lost";
      this.#expectMore();
      for (const event of parser.push(decoder.decode(value, { stream: true }))) this.#take(event);
    }
  }

  #expectMore(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#abort?.abort(), SILENCE_MS);
  }

  #take({ name, id, data }: ServerEvent): void {
    const value: unknown = JSON.parse(data);
    if (name === "hello") {
      this.#parts.onHello(value as Hello, this.#lastId === undefined);
      this.#parts.onState("live");
      this.#retryMs = RETRY_FIRST_MS;
    } else if (name === "status") this.#parts.onStatus(value as PageStatus);
    else if (name === "traffic") this.#parts.onTraffic(value as TrafficBatch);
    else if (name === "events") this.#parts.onEvents(value as EventBatch);
    if (id !== undefined) this.#lastId = id;
  }
}
