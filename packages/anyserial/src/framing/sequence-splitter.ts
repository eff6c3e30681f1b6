// Messages that end with several bytes. Pure.

import { indexOfBytes, upTo } from "./index-of.ts";
import { BaseSplitter, type FrameSink, type Range } from "./splitter.ts";

/** Splits after a sequence of bytes. */
export class SequenceSplitter extends BaseSplitter {
  readonly #sequence: Uint8Array;

  constructor(maxLength: number, sequence: Uint8Array) {
    super(maxLength);
    this.#sequence = sequence;
  }

  protected override get undecided(): number {
    return this.#sequence.length - 1;
  }

  protected override scan(bytes: Uint8Array, { start, end }: Range, sink: FrameSink): number {
    let first = start;
    let from = start + Math.max(0, this.searched - this.undecided);
    const all = upTo(bytes, end, from);
    for (;;) {
      const at = indexOfBytes(all, this.#sequence, from);
      if (at === -1) break;
      from = at + this.#sequence.length;
      this.emit(sink, bytes, { start: first, end: from });
      first = from;
    }
    this.searched = end - first;
    return first;
  }
}
