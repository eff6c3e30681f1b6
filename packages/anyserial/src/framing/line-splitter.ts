// Lines that end with CR, LF or both. A line is over at its CR: the LF that may follow stands in front
// of the next one. Pure.

import { indexOfByte, upTo } from "./index-of.ts";
import { BaseSplitter, type FrameSink, type Range } from "./splitter.ts";

const LF = 0x0a;
const CR = 0x0d;

/** Splits after any line end. */
export class LineSplitter extends BaseSplitter {
  /** The line before ended with CR. */
  #isAfterCr = false;
  /** Bytes in front of the line: 1 where it begins with the LF of the one before. */
  #lead = 0;

  override get hasBegun(): boolean {
    return this.pending > this.#lead;
  }

  protected override scan(bytes: Uint8Array, { start, end }: Range, sink: FrameSink): number {
    let first = start;
    let from = start + this.searched;
    const all = upTo(bytes, end, from);
    let lf = from - 1;
    let cr = from - 1;
    while (from < end) {
      if (this.#isAfterCr) {
        this.#isAfterCr = false;
        this.#lead = bytes[from] === LF ? 1 : 0;
        from += this.#lead;
      }
      if (lf < from) lf = next(all, LF, from);
      if (cr < from) cr = next(all, CR, from);
      const at = Math.min(lf, cr);
      if (at >= end) break;
      this.#isAfterCr = at === cr;
      this.#lead = 0;
      from = at + 1;
      if (from - first <= this.maxLength) sink.message(bytes, first, from);
      else this.emit(sink, bytes, { start: first, end: from });
      first = from;
    }
    this.searched = end - first;
    return first;
  }

  protected override reset(): void {
    super.reset();
    this.#isAfterCr = false;
    this.#lead = 0;
  }

  protected override passed(count: number): void {
    super.passed(count);
    this.#lead = 0;
  }
}

/** @returns The place of a byte; behind the end where there is none. */
function next(all: Uint8Array, byte: number, from: number): number {
  const at = indexOfByte(all, byte, from);
  return at === -1 ? Number.POSITIVE_INFINITY : at;
}
