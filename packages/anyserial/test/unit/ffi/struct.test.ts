import { deepEqual, equal, throws } from "node:assert/strict";
import { endianness } from "node:os";
import { test } from "node:test";
import fc from "fast-check";
import { type Field, Struct, type StructLayout } from "../../../dist/ffi/struct.js";

type Size = Field["size"];

function one(size: Size, signed: boolean): StructLayout<"field"> {
  return { size: 16, fields: { field: { offset: 4, size, signed } } };
}

/** Size, signedness, and the smallest and largest value. */
const BOUNDS: readonly (readonly [Size, boolean, number, number])[] = [
  [1, false, 0, 255],
  [1, true, -128, 127],
  [2, false, 0, 65_535],
  [2, true, -32_768, 32_767],
  [4, false, 0, 4_294_967_295],
  [4, true, -2_147_483_648, 2_147_483_647],
  [8, false, 0, Number.MAX_SAFE_INTEGER],
  [8, true, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
];

for (const [size, signed, min, max] of BOUNDS) {
  const what = `${signed ? "signed" : "unsigned"} field of ${size} bytes`;

  test(`Struct reads back the bounds of a ${what}`, () => {
    const struct = new Struct(one(size, signed));

    struct.set("field", min);
    equal(struct.get("field"), min);
    struct.set("field", max);
    equal(struct.get("field"), max);
  });

  test(`Struct reads back any value of a ${what} and touches nothing beside it`, () => {
    fc.assert(
      fc.property(fc.integer({ min, max }), (value) => {
        const bytes = new Uint8Array(16).fill(0xa5);
        const struct = new Struct(one(size, signed), bytes);

        struct.set("field", value);

        equal(struct.get("field"), value);
        deepEqual([...bytes.subarray(0, 4)], [0xa5, 0xa5, 0xa5, 0xa5]);
        equal(
          bytes.subarray(4 + size).every((byte) => byte === 0xa5),
          true,
        );
      }),
    );
  });
}

test("Struct truncates a value to the size of its field", () => {
  const struct = new Struct(one(2, false));

  struct.set("field", 0x1_2345);

  equal(struct.get("field"), 0x2345);
});

test("Struct uses the byte order of the running CPU", () => {
  const struct = new Struct(one(4, false));

  struct.set("field", 0x0102_0304);

  const expected = endianness() === "LE" ? [4, 3, 2, 1] : [1, 2, 3, 4];
  deepEqual([...struct.bytes.subarray(4, 8)], expected);
});

test("Struct is zero in fresh memory of the struct's size", () => {
  deepEqual([...new Struct({ size: 3, fields: {} }).bytes], [0, 0, 0]);
});

test("Struct works inside a larger buffer", () => {
  const buffer = new Uint8Array(32);
  const struct = new Struct(one(1, false), buffer.subarray(8));

  struct.set("field", 9);

  equal(buffer[12], 9);
  equal(struct.bytes.byteOffset, 8);
});

test("Struct refuses memory that is smaller than the struct", () => {
  throws(() => new Struct(one(1, false), new Uint8Array(15)), RangeError);
});
