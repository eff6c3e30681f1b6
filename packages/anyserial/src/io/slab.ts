// Memory for receive(): results are views of one larger block, so that a small reply costs no
// allocation of its own and is never copied.

import { markAsUntransferable } from "node:worker_threads";

/** A view is never offered with less room than this, unless the caller wants less. */
const SMALLEST_OFFER = 4096;
/** More than the block has is offered from memory of its own, up to this many bytes. */
const LARGEST_OFFER = 16 * 1024 * 1024;

/** Hands out views of a block, and a new block when it is used up. */
export class Slab {
  readonly #size: number;
  #block: Uint8Array;
  #used = 0;

  /** @param size Bytes in a block. */
  constructor(size: number) {
    this.#size = size;
    this.#block = newBlock(0);
  }

  /** A view of at most `most` bytes, at least one. */
  offer(most: number): Uint8Array {
    if (most > this.#size) return new Uint8Array(Math.min(most, LARGEST_OFFER));
    const wanted = most;
    if (this.#block.length - this.#used < Math.min(wanted, SMALLEST_OFFER)) {
      this.#block = newBlock(this.#size);
      this.#used = 0;
    }
    return this.#block.subarray(this.#used, this.#used + wanted);
  }

  /** Makes no other offer of this memory until it is taken: a read into it is pending. */
  hold(offer: Uint8Array): void {
    if (offer.buffer === this.#block.buffer) this.#used = endOf(offer);
  }

  /** Keeps the first `count` bytes of an offer for the caller; the rest is offered again. */
  take(offer: Uint8Array, count: number): Uint8Array {
    if (offer.buffer === this.#block.buffer) {
      const isLast = this.#used === offer.byteOffset || this.#used === endOf(offer);
      if (isLast) this.#used = offer.byteOffset + count;
    } else if (count < offer.length / 2) return offer.slice(0, count);
    return count === offer.length ? offer : offer.subarray(0, count);
  }
}

function endOf(view: Uint8Array): number {
  return view.byteOffset + view.length;
}

/** A block must not be moved to another thread: other results live in it. */
function newBlock(size: number): Uint8Array {
  const block = new Uint8Array(size);
  markAsUntransferable?.(block.buffer);
  return block;
}
