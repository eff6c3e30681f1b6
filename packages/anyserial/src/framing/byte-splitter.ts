// Messages that end with one byte: lines, SLIP and COBS. Pure.

import { indexOfByte, upTo } from "./index-of.ts";
import { BaseSplitter, type FrameSink, type Range } from "./splitter.ts";

/** Parameters of {@link ByteSplitter}. */
export interface ByteSplitterOptions {
  readonly maxLength: number;
  readonly delimiter: number;
  /** Delimiters in front of a message belong to it: senders of SLIP and COBS begin with one. */
  readonly leads: boolean;
}

/** Splits after a byte. */
export class ByteSplitter extends BaseSplitter {
  readonly #delimiter: number;
  readonly #leads: boolean;
  /** Something else than delimiters is pending. */
  #hasBody = false;

  constructor({ maxLength, delimiter, leads }: ByteSplitterOptions) {
    super(maxLength);
    this.#delimiter = delimiter;
    this.#leads = leads;
  }

  override get hasBegun(): boolean {
    return this.#hasBody;
  }

  protected override scan(bytes: Uint8Array, { start, end }: Range, sink: FrameSink): number {
    let first = start;
    let from = start + this.searched;
    const all = upTo(bytes, end, from);
    while (from < end) {
      const at = indexOfByte(all, this.#delimiter, from);
      if (at === -1) {
        this.#hasBody = true;
        break;
      }
      const isEnd = !this.#leads || this.#hasBody || at > from;
      from = at + 1;
      if (!isEnd) continue;
      this.#hasBody = false;
      if (from - first <= this.maxLength) sink.message(bytes, first, from);
      else this.emit(sink, bytes, { start: first, end: from });
      first = from;
    }
    this.searched = end - first;
    return first;
  }

  protected override reset(): void {
    super.reset();
    this.#hasBody = false;
  }
}
