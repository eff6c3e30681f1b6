import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { RingBytes } from "../../../dist/engine/ring.js";

/** Memory that a ring took, in order, while it was filled byte by byte. */
function growth(until: number, most: number): number[] {
  const ring = new RingBytes();
  const sizes: number[] = [];
  for (let length = 0; length < until; length++) {
    ring.push(Uint8Array.of(length), most);
    const { byteLength } = ring.peek(1).buffer;
    if (sizes.at(-1) !== byteLength) sizes.push(byteLength);
  }
  return sizes;
}

test("RingBytes takes as much memory as it is to hold, in few steps", () => {
  deepEqual(growth(65_536, 65_536), [1024, 8192, 65_536]);
  deepEqual(growth(5000, 5000), [1024, 8192]);
  deepEqual(growth(131_072, 131_072), [1024, 8192, 65_536, 131_072]);
});

test("RingBytes holds more than it was to hold, with the memory that it needs", () => {
  deepEqual(growth(3000, 1000), [1024, 2048, 4096]);
});

test("RingBytes keeps order over its end while it grows", () => {
  const ring = new RingBytes();
  const out: number[] = [];
  let next = 0;
  const push = (count: number): void => {
    ring.push(
      Uint8Array.from({ length: count }, () => next++ & 0xff),
      5000,
    );
  };
  const take = (count: number): void => {
    for (let left = count; left > 0; ) {
      const bytes = ring.peek(left);
      out.push(...bytes);
      left -= bytes.length;
      ring.shift(bytes.length);
    }
  };

  push(1000);
  take(900);
  push(900);
  push(4000);
  take(5000);

  equal(ring.length, 0);
  deepEqual(
    out,
    Array.from({ length: 5900 }, (_, index) => index & 0xff),
  );
});
