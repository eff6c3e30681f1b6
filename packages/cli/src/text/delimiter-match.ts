// Finds a delimiter in a stream of chunks, also when it is split over them. Pure.

/** Searches for one delimiter, once. */
export class DelimiterMatch {
  readonly #delimiter: Uint8Array;
  #tail: Buffer = Buffer.alloc(0);

  /** @param delimiter The searched bytes; at least one. */
  constructor(delimiter: Uint8Array) {
    this.#delimiter = delimiter;
  }

  /**
   * Takes the next bytes.
   *
   * @param bytes A chunk.
   * @returns How many of its bytes belong to the text up to and including the delimiter;
   *   `undefined` while the delimiter has not come.
   */
  push(bytes: Uint8Array): number | undefined {
    const searched = Buffer.concat([this.#tail, bytes]);
    const at = searched.indexOf(this.#delimiter);
    if (at !== -1) return at + this.#delimiter.length - this.#tail.length;
    const keep = Math.min(searched.length, this.#delimiter.length - 1);
    this.#tail = searched.subarray(searched.length - keep);
    return undefined;
  }
}
