// Splits a byte stream into lines with a bound on their length.

/** Collects lines in UTF-8. */
export class Lines {
  readonly #bytesMax: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  /** @param bytesMax Longest line. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * Takes a chunk.
   *
   * @param chunk Bytes.
   * @returns The lines that it completed; `undefined` when one is too long.
   */
  push(chunk: Buffer): readonly string[] | undefined {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, from)) {
      const line = Buffer.concat([...this.#parts, chunk.subarray(from, at)]);
      if (line.length > this.#bytesMax) return undefined;
      lines.push(line.toString("utf8"));
      this.#parts = [];
      this.#bytes = 0;
      from = at + 1;
    }
    this.#parts.push(chunk.subarray(from));
    this.#bytes += chunk.length - from;
    return this.#bytes > this.#bytesMax ? undefined : lines;
  }
}
