// Memory for receive(): memory to read into, and results taken from it. A result has a buffer that
// is shared with no other value and at most twice as long, so that keeping or posting a few bytes
// keeps or copies no more than that.

import type { Bytes } from "../model/bytes.ts";

/** More than `size` is offered up to this many bytes. */
const LARGEST_OFFER = 16 * 1024 * 1024;

/** Memory of one port. */
export class ResultMemory {
  /** Bytes of the memory that is read into again and again. */
  readonly size: number;
  /** Memory that is not on offer now. */
  #spare: Bytes | undefined;

  /** @param size In bytes. */
  constructor(size: number) {
    this.size = size;
  }

  /** Memory of at most `most` bytes, for one read; to be taken or returned when that has ended. */
  offer(most: number): Bytes {
    if (most > this.size) return new Uint8Array(Math.min(most, LARGEST_OFFER));
    const whole = this.#spare ?? new Uint8Array(this.size);
    this.#spare = undefined;
    return most === this.size ? whole : whole.subarray(0, most);
  }

  /** Makes a result of the first `count` bytes of an offer: a copy where they are few. */
  take(offer: Bytes, count: number): Bytes {
    if (count * 2 < offer.buffer.byteLength) {
      const result = offer.slice(0, count);
      this.return(offer);
      return result;
    }
    return count === offer.length ? offer : offer.subarray(0, count);
  }

  /** Takes back an offer from which no result was made. */
  return(offer: Bytes): void {
    if (offer.buffer.byteLength !== this.size) return;
    this.#spare = offer.length === this.size ? offer : new Uint8Array(offer.buffer);
  }
}
