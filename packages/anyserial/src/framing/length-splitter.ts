// Messages that say how long they are. Pure.

import { copyOf } from "./index-of.ts";
import type { FrameSink, Range } from "./splitter.ts";
import { StartSplitter } from "./start-splitter.ts";

/** Where the length is, and what it means. */
export interface LengthLayout {
  /** Bytes that a message begins with; none where any byte begins one. */
  readonly start: Uint8Array;
  /** Bytes in front of the length field, `start` included. */
  readonly offset: number;
  readonly size: 1 | 2 | 4;
  readonly byteOrder: "big" | "little";
  /** Added to the field's value for the length of the whole message. */
  readonly extra: number;
}

/** Reads the length field of a message. @returns Bytes of the whole message. */
export function totalLength(layout: LengthLayout, bytes: Uint8Array, start: number): number {
  const { offset, size, byteOrder, extra } = layout;
  let value = 0;
  for (let index = 0; index < size; index++) {
    const at = byteOrder === "big" ? index : size - 1 - index;
    value = value * 256 + (bytes[start + offset + at] as number);
  }
  return value + extra;
}

/** Splits by a length field. */
export class LengthSplitter extends StartSplitter {
  readonly #layout: LengthLayout;
  readonly #header: number;
  /** Bytes that the pending message still has, once its length is known; 0 before. */
  #left = 0;

  constructor(maxLength: number, layout: LengthLayout) {
    super(maxLength, layout.start);
    this.#layout = layout;
    this.#header = layout.offset + layout.size;
  }

  protected override get undecided(): number {
    return this.mark.length; // with a mark no message is too long
  }

  protected override scan(bytes: Uint8Array, { start, end }: Range, sink: FrameSink): number {
    let first = start;
    while (first < end) {
      if (this.#left === 0) {
        const at = this.findStart(bytes, { start: first, end }, sink);
        if (at < 0) return -1 - at;
        first = at;
        if (end - first < this.#header) return first;
        this.#left = this.#measure(bytes, first);
        if (this.#left === 0) {
          this.#refuse(sink, bytes, first);
          first += this.mark.length;
          continue;
        }
      }
      if (end - first < this.#left) return first;
      const next = first + this.#left;
      this.#left = 0;
      if (next - first <= this.maxLength) sink.message(bytes, first, next);
      else this.emit(sink, bytes, { start: first, end: next });
      first = next;
    }
    return first;
  }

  /** 0 where it cannot be the length: the apparent start is none. */
  #measure(bytes: Uint8Array, first: number): number {
    const total = totalLength(this.#layout, bytes, first);
    if (this.mark.length === 0) return Math.max(total, this.#header);
    return total < this.#header || total > this.maxLength ? 0 : total;
  }

  #refuse(sink: FrameSink, bytes: Uint8Array, first: number): void {
    const total = totalLength(this.#layout, bytes, first);
    const state = `a length of ${total} bytes is not within ${this.#header} to ${this.maxLength}`;
    const seen = copyOf(bytes, first, first + this.#header);
    const fault = { code: "ERR_SERIAL_FRAME_TOO_LONG", state, seen };
    this.emitFault(sink, bytes, { start: first, end: first + this.mark.length, fault });
  }

  protected override reset(): void {
    super.reset();
    this.#left = 0;
  }

  protected override passed(count: number): void {
    this.#left -= count;
  }
}
