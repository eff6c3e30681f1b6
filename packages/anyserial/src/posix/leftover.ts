// Bytes that an application had written to a replaced pty, and that were not read before.

/** More than the kernel has ready for one read. */
const CHUNK_SIZE = 8192;

/** Bytes in order; usually none. */
export class Leftover {
  readonly #chunks: Uint8Array[] = [];

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Reads until a read finds nothing, and keeps the bytes. */
  fill(read: (into: Uint8Array) => number): void {
    for (;;) {
      const chunk = new Uint8Array(CHUNK_SIZE);
      const count = read(chunk);
      if (count === 0) return;
      this.#chunks.push(chunk.subarray(0, count));
    }
  }

  /** Takes as many bytes as fit. @returns Bytes taken. */
  take(into: Uint8Array): number {
    const first = this.#chunks.shift();
    if (first === undefined) return 0;
    const taken = first.subarray(0, into.length);
    into.set(taken);
    if (taken.length < first.length) this.#chunks.unshift(first.subarray(taken.length));
    return taken.length;
  }
}
