// Bounded queues of the in-memory driver: plain bytes, and the receiver's view of the wire. Pure.

import type { LineErrorCounts } from "../model/line-error-counts.ts";

/** A bounded first-in first-out queue of bytes. */
export class ByteQueue {
  readonly #ring: Uint8Array;
  #start = 0;
  #length = 0;

  /** @param capacity Most bytes, 1 or more. */
  constructor(capacity: number) {
    this.#ring = new Uint8Array(capacity);
  }

  /** Bytes queued. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that fit. */
  get room(): number {
    return this.#ring.length - this.#length;
  }

  /** Queues as many bytes as fit. @returns Bytes taken. */
  push(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    const at = (this.#start + this.#length) % this.#ring.length;
    const first = Math.min(count, this.#ring.length - at);
    this.#ring.set(bytes.subarray(0, first), at);
    this.#ring.set(bytes.subarray(first, count), 0);
    this.#length += count;
    return count;
  }

  /** Takes the oldest bytes out, at most as many as fit into the view. @returns Bytes moved. */
  shift(into: Uint8Array): number {
    const count = Math.min(into.length, this.#length);
    const first = Math.min(count, this.#ring.length - this.#start);
    into.set(this.#ring.subarray(this.#start, this.#start + first));
    into.set(this.#ring.subarray(0, count - first), first);
    this.#start = (this.#start + count) % this.#ring.length;
    this.#length -= count;
    return count;
  }

  /** Forgets everything. */
  clear(): void {
    this.#start = 0;
    this.#length = 0;
  }
}

const XON = 0x11;
const XOFF = 0x13;
const MARK = 0xff;

/** An error of a character on the line. */
export type MemoryLineError = keyof LineErrorCounts;

/** Everything that a line can do to a character. */
export const MEMORY_LINE_ERRORS: readonly MemoryLineError[] = [
  "framing",
  "parity",
  "overrun",
  "break",
  "bufferOverflow",
];

/**
 * The receiving half of the driver. With `marks` it escapes as Linux's n_tty does under PARMRK: 0xFF
 * becomes FF FF, a broken character FF 00 c, a break FF 00 00; without, a broken character stays as
 * it is and a break is a NUL. With `obeysXonXoff` the two characters are taken out of the data.
 *
 * @see drivers/tty/n_tty.c, n_tty_receive_break(), n_tty_receive_parity_error()
 */
export class MemoryInput {
  marks = false;
  obeysXonXoff = false;
  /** The other side asked for silence (XOFF). */
  isStopped = false;
  readonly #queue: ByteQueue;
  readonly #counts: { -readonly [K in MemoryLineError]: number } = {
    framing: 0,
    parity: 0,
    overrun: 0,
    break: 0,
    bufferOverflow: 0,
  };

  /** @param capacity Most bytes held, escapes included. */
  constructor(capacity: number) {
    this.#queue = new ByteQueue(capacity);
  }

  /** Bytes that a read would get. */
  get length(): number {
    return this.#queue.length;
  }

  /** Bytes that fit; a byte that must be escaped needs two. */
  get room(): number {
    return this.#queue.room;
  }

  /** Errors counted so far: a snapshot. */
  get counts(): LineErrorCounts {
    return { ...this.#counts };
  }

  /** Takes data from the wire. @returns Bytes taken; the rest does not fit yet. */
  receive(bytes: Uint8Array): number {
    if (!this.marks && !this.obeysXonXoff) return this.#queue.push(bytes);
    let taken = 0;
    for (const byte of bytes) {
      if (this.obeysXonXoff && (byte === XON || byte === XOFF)) this.isStopped = byte === XOFF;
      else if (!this.#put(this.marks && byte === MARK ? [MARK, MARK] : [byte])) break;
      taken++;
    }
    return taken;
  }

  /**
   * Takes an error from the wire; one that does not fit is counted as `bufferOverflow` and lost.
   */
  fail(error: MemoryLineError, byte: number): void {
    this.#counts[error]++;
    if (error === "overrun" || error === "bufferOverflow") return;
    const value = error === "break" ? 0 : byte;
    if (!this.#put(this.marks ? [MARK, 0, value] : [value])) this.#counts.bufferOverflow++;
  }

  /** Moves received bytes out. @returns Bytes moved. */
  take(into: Uint8Array): number {
    return this.#queue.shift(into);
  }

  /** Forgets received bytes that were not read. */
  clear(): void {
    this.#queue.clear();
  }

  #put(bytes: readonly number[]): boolean {
    if (this.#queue.room < bytes.length) return false;
    this.#queue.push(Uint8Array.from(bytes));
    return true;
  }
}
