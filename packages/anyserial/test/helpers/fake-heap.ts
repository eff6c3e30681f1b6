// Memory outside the JavaScript heap, for the fake Windows system: it knows what is freed.

import { ok } from "node:assert/strict";

/** The heap of a process. */
export class FakeHeap {
  readonly #blocks = new Map<bigint, Uint8Array>();
  #last = 0x10_0000n;

  /** Blocks that are not freed. */
  get size(): number {
    return this.#blocks.size;
  }

  allocate(size: number): bigint {
    const address = this.#last;
    this.#last += 0x10_0000n;
    this.#blocks.set(address, new Uint8Array(size));
    return address;
  }

  free(address: bigint): void {
    ok(this.#blocks.delete(address), "memory is freed twice");
  }

  /** A block is allocated. */
  has(address: bigint): boolean {
    return this.#blocks.has(address);
  }

  /** Memory at an address; fails where there is none. */
  at(address: bigint, length: number): Uint8Array {
    for (const [start, bytes] of this.#blocks) {
      const offset = Number(address - start);
      if (offset >= 0 && offset + length <= bytes.length) {
        return bytes.subarray(offset, offset + length);
      }
    }
    throw new Error("memory that was never allocated, or was freed");
  }
}
