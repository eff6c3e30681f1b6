// Rings that grow, until they are released: bytes, and small numbers. Pure.

const FIRST_BYTES = 1024;
/** Few steps: each growth leaves memory that small allocations fragment for long. */
const GROWTH = 8;
const FIRST_NUMBERS = 16;

/** A queue of bytes. */
export class RingBytes {
  #memory = new Uint8Array(0);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Adds a copy at the end.
   *
   * @param bytes Bytes.
   * @param most Usual maximum of its contents; it grows further only when needed.
   */
  push(bytes: Uint8Array, most: number): void {
    this.#reserve(this.#length + bytes.length, most);
    this.#write((this.#head + this.#length) & (this.#memory.length - 1), bytes);
    this.#length += bytes.length;
  }

  /** A view of the first bytes: as many of `most` as lie in one piece. */
  peek(most: number): Uint8Array {
    const end = Math.min(this.#head + Math.min(most, this.#length), this.#memory.length);
    return this.#memory.subarray(this.#head, end);
  }

  /** A copy of `count` bytes from `offset`. */
  copy(offset: number, count: number): Uint8Array {
    const copy = new Uint8Array(count);
    if (count === 0) return copy;
    const at = (this.#head + offset) & (this.#memory.length - 1);
    const first = this.#memory.subarray(at, Math.min(at + count, this.#memory.length));
    copy.set(first);
    copy.set(this.#memory.subarray(0, count - first.length), first.length);
    return copy;
  }

  /** Removes bytes from the front. */
  shift(count: number): void {
    this.#length -= count;
    this.#head = this.#length === 0 ? 0 : (this.#head + count) & (this.#memory.length - 1);
  }

  /** Replaces the first bytes. */
  overwrite(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#write(this.#head, bytes);
  }

  /** Gives the memory back; only when nothing is in it. */
  release(): void {
    this.#memory = new Uint8Array(0);
    this.#head = 0;
  }

  #write(at: number, bytes: Uint8Array): void {
    const first = bytes.subarray(0, this.#memory.length - at);
    this.#memory.set(first, at);
    if (first.length < bytes.length) this.#memory.set(bytes.subarray(first.length));
  }

  #reserve(wanted: number, most: number): void {
    if (wanted <= this.#memory.length) return;
    const size = Math.max(this.#memory.length * GROWTH, FIRST_BYTES);
    const memory = new Uint8Array(powerOfTwo(Math.max(wanted, Math.min(size, most))));
    memory.set(this.copy(0, this.#length));
    this.#memory = memory;
    this.#head = 0;
  }
}

/** A queue of numbers: of 16 bits each until one needs more. */
export class RingNumbers {
  #memory: Uint16Array | Float64Array = new Uint16Array(0);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get first(): number {
    return this.at(0);
  }

  set first(value: number) {
    this.set(0, value);
  }

  at(index: number): number {
    return this.#memory[(this.#head + index) & (this.#memory.length - 1)] ?? 0;
  }

  set(index: number, value: number): void {
    this.#memory[(this.#head + index) & (this.#memory.length - 1)] = value;
  }

  push(value: number): void {
    const needsWide = !Number.isInteger(value) || value > 0xffff;
    if (
      this.#length === this.#memory.length ||
      (needsWide && this.#memory instanceof Uint16Array)
    ) {
      this.#grow(needsWide || this.#memory instanceof Float64Array);
    }
    this.#length++;
    this.set(this.#length - 1, value);
  }

  /** Removes the number at 0 or 1. */
  remove(index: number): void {
    if (index === 1) this.set(1, this.at(0));
    this.#head = (this.#head + 1) & (this.#memory.length - 1);
    this.#length--;
  }

  /** Gives the memory back; only when nothing is in it. */
  release(): void {
    this.#memory = new Uint16Array(0);
    this.#head = 0;
  }

  #grow(wide: boolean): void {
    const size = Math.max(FIRST_NUMBERS, this.#memory.length * 2);
    const memory = wide ? new Float64Array(size) : new Uint16Array(size);
    for (let index = 0; index < this.#length; index++) memory[index] = this.at(index);
    this.#memory = memory;
    this.#head = 0;
  }
}

/** The smallest power of two that is not less. */
function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least));
}
