// Messages that begin with their length. Pure.

import { finish, grow, type OnMessage, Pending, type Splitter } from "./splitter.ts";

/** Parameters of {@link LengthPrefix}. */
export interface LengthPrefixOptions {
  readonly lengthBytes: 1 | 2 | 4;
  readonly byteOrder: "big" | "little";
  readonly maxMessage: number;
}

/** Splits by a length field that counts the bytes after it. */
export class LengthPrefix implements Splitter {
  readonly #options: LengthPrefixOptions;
  readonly #pending: Pending;
  /** Bytes of the length field that are known. */
  #known = 0;
  #length = 0;
  /** Bytes that the message still lacks, once its length is known. */
  #missing = 0;

  constructor(options: LengthPrefixOptions) {
    this.#options = options;
    this.#pending = new Pending(options.maxMessage);
  }

  get pending(): number {
    return this.#pending.length;
  }

  push(chunk: Uint8Array, onMessage: OnMessage): void {
    let start = 0;
    let at = 0;
    while (at < chunk.length) {
      at = this.#isKnown() ? this.#skip(at, chunk.length) : this.#readLength(chunk, at);
      if (!this.#isKnown() || this.#missing > 0) continue;
      this.#known = 0;
      finish(this.#pending, chunk.subarray(start, at), onMessage);
      start = at;
    }
    grow(this.#pending, chunk.subarray(start), onMessage);
  }

  take(): Uint8Array {
    this.#known = 0;
    return this.#pending.take();
  }

  #isKnown(): boolean {
    return this.#known === this.#options.lengthBytes;
  }

  #skip(at: number, end: number): number {
    const count = Math.min(this.#missing, end - at);
    this.#missing -= count;
    return at + count;
  }

  #readLength(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] as number;
    const { byteOrder } = this.#options;
    if (this.#known === 0) this.#length = 0;
    this.#length =
      byteOrder === "big" ? this.#length * 256 + byte : this.#length + byte * 256 ** this.#known;
    this.#known++;
    if (this.#isKnown()) this.#missing = this.#length;
    return at + 1;
  }
}
