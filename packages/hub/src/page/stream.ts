// One page's stream of server-sent events. A page that does not read gets nothing more until it
// does: at most one batch waits for it.

import type { EventLog } from "./event-log.ts";
import type { Cursor, Feed } from "./feed.ts";
import { formatPosition, type Position } from "./position.ts";
import type { Hello } from "./wire.ts";

/** The part of a response that a stream needs. */
export interface StreamTarget {
  readonly writableLength: number;
  write(text: string): unknown;
}

/** Sources of all streams of a hub. */
export interface StreamSources {
  readonly feed: Feed;
  readonly events: EventLog;
  /** Returns whether requests that change state are possible. */
  readonly isWritable: () => boolean;
}

export class PageStream {
  readonly #target: StreamTarget;
  readonly #sources: StreamSources;
  readonly #cursor: Cursor;
  #event: number;

  /**
   * @param target Receives the events.
   * @param sources The feed has started.
   * @param after Where the page was, if it was here before.
   */
  constructor(target: StreamTarget, sources: StreamSources, after: Position | undefined) {
    this.#target = target;
    this.#sources = sources;
    const isKnown = sources.feed.knows(after) && (after?.event ?? 0) <= sources.events.last;
    this.#cursor = { message: isKnown ? (after?.message ?? 0) : sources.feed.last, places: 0 };
    this.#event = isKnown ? (after?.event ?? 0) : 0;
    const hello: Hello = { fresh: !isKnown, writable: sources.isWritable() };
    this.#send("hello", JSON.stringify(hello));
  }

  /** Nothing waits for the page. */
  get isReady(): boolean {
    return this.#target.writableLength === 0;
  }

  /** Sends traffic and events that the page has not got; it must be ready. */
  pump(): void {
    const { feed, events } = this.#sources;
    const batch = feed.take(this.#cursor);
    if (batch !== undefined) this.#send("traffic", batch);
    const news = events.behind(this.#event);
    this.#event = events.last;
    if (news !== undefined) this.#send("events", JSON.stringify(news));
  }

  /** Sends a state; the page must have been ready before {@link pump}. */
  sendStatus(json: string): void {
    this.#send("status", json);
  }

  /** One write for each event. JSON has no line ends. */
  #send(name: string, json: string): void {
    const { epoch } = this.#sources.feed;
    const position = { epoch, message: this.#cursor.message, event: this.#event };
    this.#target.write(`event: ${name}\nid: ${formatPosition(position)}\ndata: ${json}\n\n`);
  }
}
