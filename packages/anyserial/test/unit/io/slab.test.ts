import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Slab } from "#internal/io/slab.js";

/** Takes `count` bytes of an offer. */
function fill(slab: Slab, most: number, count: number): Uint8Array {
  const offer = slab.offer(most);
  offer.fill(1, 0, count);
  return slab.take(offer, count);
}

test("Slab.offer() has as much room as is asked for, within a block", () => {
  const slab = new Slab(65_536);

  equal(slab.offer(1).length, 1);
  equal(slab.offer(65_536).length, 65_536);
});

test("Slab gives small results out of one block, one behind the other", () => {
  const slab = new Slab(65_536);

  const first = fill(slab, 65_536, 10);
  const second = fill(slab, 65_536, 20);

  equal(first.buffer, second.buffer);
  equal(second.byteOffset, first.byteOffset + 10);
  equal(first.length, 10);
});

test("Slab.offer() is the same again when nothing was taken", () => {
  const slab = new Slab(65_536);
  const first = slab.offer(100);

  const second = slab.offer(100);

  equal(second.buffer, first.buffer);
  equal(second.byteOffset, first.byteOffset);
});

test("Slab.offer() starts a new block when less than 4096 bytes are left", () => {
  const slab = new Slab(65_536);
  const first = fill(slab, 65_536, 65_536 - 4095);

  const second = slab.offer(65_536);

  ok(second.buffer !== first.buffer);
  equal(second.length, 65_536);
});

test("Slab.offer() uses the rest of a block for a caller who wants no more", () => {
  const slab = new Slab(65_536);
  const first = fill(slab, 65_536, 65_536 - 100);

  equal(slab.offer(100).buffer, first.buffer);
  ok(slab.offer(101).buffer !== first.buffer);
});

test("Slab.offer() of more than a block is memory of its own", () => {
  const slab = new Slab(64);
  const small = fill(slab, 64, 1);

  const large = slab.offer(1000);

  equal(large.length, 1000);
  ok(large.buffer !== small.buffer);
});

test("Slab.offer() is at most 16 MiB", () => {
  equal(new Slab(64).offer(Number.MAX_SAFE_INTEGER).length, 16_777_216);
});

test("Slab.take() copies a small part of a large offer, so that the rest is let go", () => {
  const slab = new Slab(64);

  equal(fill(slab, 1000, 499).buffer.byteLength, 499);
  equal(fill(slab, 1000, 500).buffer.byteLength, 1000);
  equal(fill(slab, 1000, 1000).length, 1000);
});

test("Slab.take() of an offer from a block that is used up meanwhile is still that memory", () => {
  const slab = new Slab(8192);
  fill(slab, 8192, 8192 - 100);
  const offer = slab.offer(10); // the last of the first block
  slab.offer(8192); // a call that was refused: a new block

  offer.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const taken = slab.take(offer, 10);
  fill(slab, 8192, 8192);

  deepEqual([...taken], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("Slab never gives the same byte of memory to two results", () => {
  const call = fc.record({
    most: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 30_000 })),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    isRefused: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(64, 5000, 16_384),
      fc.array(call, { maxLength: 60 }),
      (size, calls) => {
        const slab = new Slab(size);
        const results: Uint8Array[] = [];
        for (const [index, { most, part, isRefused }] of calls.entries()) {
          const offer = slab.offer(most);
          ok(offer.length >= 1 && offer.length <= most);
          if (isRefused) continue;
          const count = Math.max(1, Math.floor(offer.length * part));
          offer.fill(index, 0, count);
          results.push(slab.take(offer, count));
          equal(results.at(-1)?.length, count);
          results.push(new Uint8Array(0)); // keeps index and value in step
        }

        const taken = calls.flatMap(({ isRefused }, index) => (isRefused ? [] : [index]));
        for (const [at, index] of taken.entries()) {
          ok(results[at * 2]?.every((byte) => byte === index));
        }
      },
    ),
  );
});
