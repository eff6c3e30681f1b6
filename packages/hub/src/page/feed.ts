// The traffic of a hub for its pages: every message has a number, a bounded sample of them is kept
// for a while. It listens only while a page is there: without one, the hub pays nothing.

import { randomBytes } from "node:crypto";
import type { TrafficListener, Unsubscribe } from "../model/types.ts";
import { Budget, type BudgetLimits } from "./budget.ts";
import type { Position } from "./position.ts";
import type { TrafficBatch } from "./wire.ts";

/** Bytes of a message that a page is shown. */
const SHOWN_BYTES_MAX = 4096;
/** In one tick. */
const LIMITS: BudgetLimits = { messages: 200, bytes: 65_536 };
const KEPT_MESSAGES_MAX = 20_000;
const KEPT_CHARS_MAX = 4 * 1024 * 1024;
/** Of one batch. */
const BATCH_CHARS_MAX = 256 * 1024;

/** A kept message, encoded once for all pages. */
interface Kept {
  readonly seq: number;
  readonly json: string;
}

/** Place of a page in the stream. */
export interface Cursor {
  message: number;
  places: number;
}

export class Feed {
  readonly #listen: (listener: TrafficListener) => Unsubscribe;
  readonly #budget = new Budget(LIMITS);
  readonly #places: (readonly [string, string])[] = [];
  readonly #numbers = new Map<string, Map<string, number>>();
  #stop: Unsubscribe | undefined;
  #epoch = "";
  #seq = 0;
  /** Number of the last message that is gone. */
  #goneTo = 0;
  #kept: Kept[] = [];
  /** Messages at the start of `#kept` that are gone. */
  #head = 0;
  #chars = 0;

  /** @param listen Subscribes to the hub's traffic. */
  constructor(listen: (listener: TrafficListener) => Unsubscribe) {
    this.#listen = listen;
  }

  /** Begins to listen; numbers begin anew. */
  start(): void {
    if (this.#stop !== undefined) return;
    this.#epoch = randomBytes(6).toString("hex");
    this.#stop = this.#listen((point, bytes) => {
      this.#seq++;
      const place = this.#placeOf(point.network, point.member);
      const shown = Math.min(bytes.length, SHOWN_BYTES_MAX);
      if (!this.#budget.take(place, shown)) return;
      const time = Number(point.timestampNs / 1000n) / 1000;
      const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, shown).toString("base64");
      const { direction } = point;
      const rest = `"${direction}",${bytes.length},"${base64}"`;
      this.#keep(`[${this.#seq},${time},${place},${rest}]`);
    });
  }

  /** Stops to listen, and forgets all. */
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#kept = [];
    this.#head = 0;
    this.#chars = 0;
    this.#seq = 0;
    this.#goneTo = 0;
    this.#places.length = 0;
    this.#numbers.clear();
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Number of the last message. */
  get last(): number {
    return this.#seq;
  }

  /** Begins the next tick. */
  tick(): void {
    this.#budget.refill();
  }

  /** Whether the feed still goes on behind a position. */
  knows(position: Position | undefined): boolean {
    return position?.epoch === this.#epoch && position.message <= this.#seq;
  }

  /**
   * Takes the messages that a page has not got yet.
   *
   * @param cursor Moved on.
   * @returns A {@link TrafficBatch} as JSON; `undefined` when there is nothing.
   */
  take(cursor: Cursor): string | undefined {
    if (cursor.message >= this.#seq) return undefined;
    const lost = Math.max(0, this.#goneTo - cursor.message);
    const [from, to] = this.#rangeBehind(cursor.message);
    const items = this.#kept.slice(from, to);
    const isAll = to === this.#kept.length;
    const last = isAll ? this.#seq : (items.at(-1)?.seq ?? this.#seq);
    const sampled = last - cursor.message - lost - items.length;
    const places = [cursor.places, this.#places.slice(cursor.places)];
    const head: Omit<TrafficBatch, "items" | "places"> = { to: last, sampled, lost };
    const text = JSON.stringify({ ...head, places }).slice(0, -1);
    cursor.message = last;
    cursor.places = this.#places.length;
    return `${text},"items":[${items.map(({ json }) => json).join(",")}]}`;
  }

  /** Kept messages with a higher number, as many as a batch may have. */
  #rangeBehind(seq: number): readonly [number, number] {
    let low = this.#head;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle] as Kept).seq <= seq) low = middle + 1;
      else high = middle;
    }
    let end = low;
    for (let chars = 0; end < this.#kept.length && chars < BATCH_CHARS_MAX; end++) {
      chars += (this.#kept[end] as Kept).json.length;
    }
    return [low, end];
  }

  #placeOf(network: string, member: string): number {
    const members = this.#numbers.get(network) ?? new Map<string, number>();
    this.#numbers.set(network, members);
    const known = members.get(member);
    if (known !== undefined) return known;
    members.set(member, this.#places.length);
    this.#places.push([network, member]);
    return this.#places.length - 1;
  }

  #keep(json: string): void {
    this.#kept.push({ seq: this.#seq, json });
    this.#chars += json.length;
    while (this.#chars > KEPT_CHARS_MAX || this.#kept.length - this.#head > KEPT_MESSAGES_MAX) {
      const gone = this.#kept[this.#head] as Kept;
      this.#head++;
      this.#chars -= gone.json.length;
      this.#goneTo = gone.seq;
    }
    if (this.#head < KEPT_MESSAGES_MAX) return;
    this.#kept = this.#kept.slice(this.#head);
    this.#head = 0;
  }
}
