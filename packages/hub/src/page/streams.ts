// All pages of a hub. Timers run and traffic is listened to only while a page is there, and for a
// moment after the last one, so that a page that lost its connection misses nothing.

import { clearInterval, clearTimeout, setInterval, setTimeout } from "../process/timers.ts";
import type { Position } from "./position.ts";
import { PageStream, type StreamSources, type StreamTarget } from "./stream.ts";

const TICK_MS = 100;
const TICKS_PER_STATUS = 10;
/** Kept for pages that come back. */
const LINGER_MS = 30_000;
const STREAMS_MAX = 16;

/** Where streams get their content. */
export interface StreamsParts extends StreamSources {
  /** Makes the state, as JSON. */
  readonly status: () => string;
}

export class Streams {
  readonly #parts: StreamsParts;
  readonly #streams = new Set<PageStream>();
  #timer: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;
  #ticks = 0;

  constructor(parts: StreamsParts) {
    this.#parts = parts;
  }

  get isFull(): boolean {
    return this.#streams.size >= STREAMS_MAX;
  }

  /**
   * Begins a stream.
   *
   * @param target Receives the events.
   * @param after Where the page was, if it was here before.
   * @returns Ends the stream.
   */
  open(target: StreamTarget, after: Position | undefined): () => void {
    clearTimeout(this.#linger);
    this.#parts.feed.start();
    const stream = new PageStream(target, this.#parts, after);
    this.#streams.add(stream);
    stream.pump();
    target.write(`event: status\ndata: ${this.#parts.status()}\n\n`);
    this.#timer ??= setInterval(() => this.tick(), TICK_MS);
    return () => this.#leave(stream);
  }

  /** One step; called by a timer. */
  tick(): void {
    this.#ticks++;
    this.#parts.feed.tick();
    if (this.#streams.size === 0) return;
    // Before the traffic is written, which then waits for the end of this task.
    const ready = [...this.#streams].filter(({ isReady }) => isReady);
    for (const stream of ready) stream.pump();
    if (this.#ticks % TICKS_PER_STATUS !== 0 || ready.length === 0) return;
    const status = this.#parts.status();
    for (const stream of ready) stream.sendStatus(status);
  }

  /** Ends everything. */
  close(): void {
    this.#streams.clear();
    this.#end();
  }

  #leave(stream: PageStream): void {
    if (!this.#streams.delete(stream) || this.#streams.size > 0) return;
    this.#linger = setTimeout(() => this.#end(), LINGER_MS);
    this.#linger.unref();
  }

  #end(): void {
    clearTimeout(this.#linger);
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#parts.feed.stop();
  }
}
