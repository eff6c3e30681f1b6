// Bytes that wait for a member: bounded, in order, with whole messages where there are messages.
// Pure: bytes in, bytes out, losses reported.

import { type BrokenByte, BrokenBytes } from "./broken-bytes.ts";
import type { QueuePolicy } from "./overflow.ts";
import { RingBytes, RingNumbers } from "./ring.ts";

/** The length of a message is kept in 16 bits. */
const LONGEST = 0xffff;

export interface QueueOptions {
  /** Bytes that may wait. */
  readonly limit: number;
  readonly overflow: QueuePolicy;
  /** Messages are lost whole or not at all; else any byte may be. */
  readonly whole: boolean;
  /** Receives every loss; the bytes must not be kept. */
  readonly onLost: (bytes: Uint8Array) => void;
}

/** The queue of one member. */
export class Queue {
  #options: QueueOptions;
  /** Characters among the bytes that arrive broken. */
  readonly broken: BrokenBytes = new BrokenBytes();
  readonly #bytes = new RingBytes();
  readonly #lengths = new RingNumbers();
  readonly #dues = new RingNumbers();
  /** Part of the first message is already out: it must not be lost. */
  #isBegun = false;
  #highWaterMark = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes.length;
  }

  /** Messages that wait; without framing, pieces. */
  get messages(): number {
    return this.#lengths.length;
  }

  get limit(): number {
    return this.#options.limit;
  }

  /** Most bytes that ever waited. */
  get highWaterMark(): number {
    return this.#highWaterMark;
  }

  get isFull(): boolean {
    return this.bytes >= this.#options.limit;
  }

  /** Something waits. */
  get isUsed(): boolean {
    return this.#lengths.length > 0;
  }

  /** Gives the memory back; only when nothing waits. */
  release(): void {
    this.#bytes.release();
    this.#lengths.release();
    this.#dues.release();
  }

  /** Changes limit or policy; waiting bytes stay. */
  reconfigure(options: QueueOptions): void {
    this.#options = options;
  }

  /**
   * Adds a message; one that does not fit is handled by the policy.
   *
   * @param message At least one byte; copied.
   * @param due When it may go out, in the caller's time.
   * @param broken Its characters that arrive broken.
   * @returns The part that was added, maybe nothing; `undefined` when the reader is to be hung up on.
   */
  push(message: Uint8Array, due = 0, broken: readonly BrokenByte[] = NONE): Uint8Array | undefined {
    const added = this.#push(message, due);
    if (broken.length === 0 || added === undefined) return added;
    const { length, byteOffset } = added;
    const skipped = length === 0 ? 0 : byteOffset - message.byteOffset;
    this.broken.append(broken, this.bytes - length, { length, skipped });
    return added;
  }

  #push(message: Uint8Array, due: number): Uint8Array | undefined {
    const { limit, overflow } = this.#options;
    const room = limit - this.bytes;
    if (message.length <= room || overflow === "backpressure") return this.#append(message, due);
    if (overflow === "disconnect") return undefined;
    if (overflow === "drop-newest") return this.#pushWhatFits(message, room, due);
    return this.#pushOverOldest(message, due);
  }

  /** Adds the rest of a message whose start is out already: always, and first in line. */
  pushRest(rest: Uint8Array): void {
    this.#append(rest, 0);
    this.#isBegun = this.#options.whole;
  }

  /**
   * Shows what goes out next.
   *
   * @param now Messages due later are left out.
   * @returns Bytes in one piece of memory, valid until the queue changes; maybe none.
   */
  peek(now: number = Number.POSITIVE_INFINITY): Uint8Array {
    if (this.#lengths.length === 0 || this.#dues.first > now) return EMPTY;
    if (now === Number.POSITIVE_INFINITY) return this.#bytes.peek(this.#bytes.length);
    return this.#bytes.peek(this.#lengths.first);
  }

  /** When the first message may go out; `undefined` when nothing waits. */
  get nextDue(): number | undefined {
    return this.#lengths.length === 0 ? undefined : this.#dues.first;
  }

  /**
   * Takes bytes off the front.
   *
   * @param count Bytes that went out.
   * @returns Messages whose last byte was among them.
   */
  shift(count: number): number {
    this.#bytes.shift(count);
    this.broken.removed(count);
    let left = count;
    let ended = 0;
    while (left > 0) {
      const length = this.#lengths.first;
      if (left < length) {
        this.#lengths.first = length - left;
        this.#isBegun = this.#options.whole;
        return ended;
      }
      left -= length;
      this.#removeFirst();
      ended++;
    }
    return ended;
  }

  /** Throws everything away, message by message. */
  clear(onLost: (bytes: Uint8Array) => void): void {
    while (this.#lengths.length > 0) {
      const length = this.#lengths.first;
      onLost(this.#bytes.copy(0, length));
      this.#bytes.shift(length);
      this.broken.removed(length);
      this.#removeFirst();
    }
  }

  #pushWhatFits(message: Uint8Array, room: number, due: number): Uint8Array {
    const taken = this.#options.whole ? 0 : Math.max(0, room);
    this.#options.onLost(message.subarray(taken));
    return this.#append(message.subarray(0, taken), due);
  }

  #pushOverOldest(message: Uint8Array, due: number): Uint8Array {
    const { limit, whole } = this.#options;
    const kept = this.#isBegun ? this.#lengths.first : 0;
    if (whole && message.length > limit - kept) {
      this.#options.onLost(message);
      return EMPTY;
    }
    const fresh = message.subarray(Math.max(0, message.length - limit));
    if (whole) while (this.bytes + fresh.length > limit) this.#loseOldest();
    else this.#loseBytes(this.bytes + fresh.length - limit);
    if (fresh.length < message.length) {
      this.#options.onLost(message.subarray(0, message.length - fresh.length));
    }
    return this.#append(fresh, due);
  }

  #loseBytes(count: number): void {
    if (count <= 0) return;
    this.#options.onLost(this.#bytes.copy(0, count));
    this.shift(count);
  }

  #loseOldest(): void {
    const begun = this.#isBegun ? this.#lengths.first : 0;
    const at = this.#isBegun ? 1 : 0;
    const length = this.#lengths.at(at);
    this.#options.onLost(this.#bytes.copy(begun, length));
    const rest = this.#bytes.copy(0, begun);
    this.#bytes.shift(length);
    this.broken.removed(length, begun);
    this.#bytes.overwrite(rest); // the started message stays in front of the next ones
    this.#lengths.remove(at);
    this.#dues.remove(at);
  }

  #append(message: Uint8Array, due: number): Uint8Array {
    if (message.length === 0) return message;
    this.#bytes.push(message, this.#options.limit);
    for (let left = message.length; left > 0; left -= LONGEST) {
      this.#addLength(Math.min(left, LONGEST), due);
    }
    this.#highWaterMark = Math.max(this.#highWaterMark, this.bytes);
    return message;
  }

  /** Without messages, bytes of one time are one piece: 1-byte writes cost one byte each. */
  #addLength(length: number, due: number): void {
    const last = this.#lengths.length - 1;
    const merges = !this.#options.whole && last >= 0 && this.#dues.at(last) === due;
    if (merges && this.#lengths.at(last) + length <= LONGEST) {
      this.#lengths.set(last, this.#lengths.at(last) + length);
      return;
    }
    this.#lengths.push(length);
    this.#dues.push(due);
  }

  #removeFirst(): void {
    this.#lengths.remove(0);
    this.#dues.remove(0);
    this.#isBegun = false;
  }
}

const EMPTY = new Uint8Array(0);
const NONE: readonly BrokenByte[] = [];
