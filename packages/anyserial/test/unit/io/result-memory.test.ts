import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ResultMemory } from "../../../dist/io/result-memory.js";

/** A read of `count` bytes, all of that value. */
function read(memory: ResultMemory, most: number, count: number): Uint8Array {
  const offer = memory.offer(most);
  offer.fill(count, 0, count);
  return memory.take(offer, count);
}

test("ResultMemory.offer() has as much room as is asked for", () => {
  const memory = new ResultMemory(65_536);

  equal(memory.offer(1).length, 1);
  equal(memory.offer(65_536).length, 65_536);
  equal(memory.offer(100_000).length, 100_000);
});

test("ResultMemory.offer() is at most 16 MiB", () => {
  equal(new ResultMemory(64).offer(Number.MAX_SAFE_INTEGER).length, 16_777_216);
});

test("ResultMemory.offer() is the same memory again after a small result, or none", () => {
  const memory = new ResultMemory(65_536);
  const first = memory.offer(65_536);
  memory.take(first, 10);
  const second = memory.offer(100);
  memory.return(second);

  equal(second.buffer, first.buffer);
  equal(memory.offer(65_536).buffer, first.buffer);
});

test("ResultMemory.offer() is other memory while a read into the first is pending", () => {
  const memory = new ResultMemory(65_536);

  notEqual(memory.offer(10).buffer, memory.offer(10).buffer);
});

test("ResultMemory.take() hands over memory that is at least half full, without a copy", () => {
  const memory = new ResultMemory(4096);
  const offer = memory.offer(4096);
  const result = memory.take(offer, 2048);

  equal(result.buffer, offer.buffer);
  notEqual(memory.offer(4096).buffer, offer.buffer);
});

for (const [size, most] of [
  [65_536, 65_536],
  [65_536, 16],
  [64, 64],
  [64, 100_000],
] as const) {
  test(`ResultMemory.take() of ${size} and ${most} bytes gives a buffer of its own, at most twice as long`, () => {
    const memory = new ResultMemory(size);
    for (let count = 1; count <= most; count = count * 2 + 1) {
      const result = read(memory, most, count);

      equal(result.length, count);
      ok(result.buffer.byteLength <= 2 * count, `${result.buffer.byteLength} for ${count}`);
    }
  });
}

test("ResultMemory.take() gives a result whose buffer can be transferred", () => {
  const memory = new ResultMemory(64);
  for (const count of [3, 60]) {
    const result = read(memory, 64, count);

    const moved = structuredClone(result, { transfer: [result.buffer as ArrayBuffer] });

    equal(moved.length, count);
    deepEqual([...read(memory, 64, 2)], [2, 2]);
  }
});

test("ResultMemory never gives the same byte of memory to two results", () => {
  const call = fc.record({
    most: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 30_000 })),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    /** Ends without a result, at once or after the next call. */
    end: fc.constantFrom("taken", "refused", "later"),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(64, 5000, 16_384),
      fc.array(call, { maxLength: 60 }),
      (size, calls) => {
        const memory = new ResultMemory(size);
        const results: { value: number; bytes: Uint8Array }[] = [];
        let finish = (): void => undefined;
        for (const [value, { most, part, end }] of calls.entries()) {
          const offer = memory.offer(most);
          ok(offer.length >= 1 && offer.length <= most);
          const count = Math.max(1, Math.floor(offer.length * part));
          const take = (): void => {
            offer.fill(value, 0, count);
            results.push({ value, bytes: memory.take(offer, count) });
          };
          if (end === "refused") memory.return(offer);
          if (end === "taken") take();
          finish();
          finish = end === "later" ? take : (): void => undefined;
        }
        finish();

        for (const { value, bytes } of results) ok(bytes.every((byte) => byte === value));
      },
    ),
  );
});
