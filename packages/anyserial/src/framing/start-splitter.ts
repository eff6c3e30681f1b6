// Messages that begin with a mark: bytes in front of the mark are noise. Pure.

import { indexOfBytes, upTo } from "./index-of.ts";
import { BaseSplitter, type FrameSink, type Range } from "./splitter.ts";

/** Searches for the beginning of a message. */
export abstract class StartSplitter extends BaseSplitter {
  /** Bytes that a message begins with; none where any byte begins one. */
  protected readonly mark: Uint8Array;
  /** Bytes of noise that are pending. */
  #noise = 0;

  constructor(maxLength: number, mark: Uint8Array) {
    super(maxLength);
    this.mark = mark;
  }

  override get hasBegun(): boolean {
    return this.pending > this.#noise;
  }

  /**
   * Searches for a mark, and passes on the noise in front of it.
   *
   * @returns Where the mark begins; or, where there is none, -1 minus the place where what is pending
   *   begins.
   */
  protected findStart(bytes: Uint8Array, { start, end }: Range, sink: FrameSink): number {
    if (this.mark.length === 0) return start;
    const from = start + this.#noise;
    const found = indexOfBytes(upTo(bytes, end, from), this.mark, from);
    // The last bytes may be the beginning of a mark.
    const at = found === -1 ? Math.max(from, end - this.mark.length + 1) : found;
    let first = start;
    for (; at - first > this.maxLength; first += this.maxLength) {
      sink.noise(bytes, first, first + this.maxLength);
    }
    this.#noise = found === -1 ? at - first : 0;
    if (found === -1) return -1 - first;
    if (at > first) sink.noise(bytes, first, at);
    return at;
  }

  protected override reset(): void {
    super.reset();
    this.#noise = 0;
  }
}
