// Messages of one length. Pure.

import { BaseSplitter, type FrameSink, type Range } from "./splitter.ts";

/** Splits after a fixed number of bytes. */
export class FixedSplitter extends BaseSplitter {
  protected override scan(bytes: Uint8Array, { start, end }: Range, sink: FrameSink): number {
    let first = start;
    for (; end - first >= this.maxLength; first += this.maxLength) {
      sink.message(bytes, first, first + this.maxLength);
    }
    return first;
  }
}
