import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, invalid, isBoolean, isIntegerIn, isOneOf } from "#internal/validate.js";

test("invalid() names the field, the value and what is allowed", () => {
  const error = invalid("count", { a: { b: 1 } }, "a number");

  equal(error.message, 'Invalid "count": got { a: [Object] }, expected a number');
  equal(error.code, "ERR_INVALID_ARG_VALUE");
  equal(error.hint, 'set "count" to a number');
});

test("invalid() shows a line break in a value on one line", () => {
  equal(invalid("x", "a\nb", "y").message, `Invalid "x": got 'a\\nb', expected y`);
});

test("isBoolean() knows true and false only", () => {
  deepEqual([true, false, 0, "true", null, undefined].map(isBoolean), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

const INTEGERS: readonly (readonly [unknown, boolean])[] = [
  [1, true],
  [3, true],
  [0, false],
  [4, false],
  [2.5, false],
  ["2", false],
  [2n, false],
  [Number.NaN, false],
  [null, false],
];
for (const [value, expected] of INTEGERS) {
  test(`isIntegerIn(${String(value)}, 1, 3) is ${expected} for a ${typeof value}`, () => {
    equal(isIntegerIn(value, 1, 3), expected);
  });
}

test("isOneOf() compares by identity, without conversion", () => {
  equal(isOneOf(1.5, [1, 1.5, 2]), true);
  equal(isOneOf("1", [1, 1.5, 2]), false);
  equal(isOneOf(undefined, [1]), false);
});

test("bytesOf() views the same memory, whatever view it is given", () => {
  const memory = new ArrayBuffer(8);
  const all = new Uint8Array(memory);

  equal(bytesOf("data", all), all);
  bytesOf("data", memory)[0] = 1;
  bytesOf("data", new DataView(memory, 2, 2))[0] = 2;
  bytesOf("data", new Uint16Array(memory, 4, 1))[1] = 3;

  deepEqual([...all], [1, 0, 2, 0, 0, 3, 0, 0]);
  equal(bytesOf("data", new DataView(memory, 2, 3)).length, 3);
});

test("bytesOf() accepts a SharedArrayBuffer and a Buffer", () => {
  const buffer = Buffer.from("abc");

  equal(bytesOf("data", new SharedArrayBuffer(5)).length, 5);
  equal(bytesOf("data", buffer), buffer);
});

for (const value of ["text", [1, 2], 7, null, undefined, { length: 1 }]) {
  test(`bytesOf() refuses ${JSON.stringify(value)}`, () => {
    throws(() => bytesOf("data", value as never), {
      name: "ConfigurationError",
      code: "ERR_INVALID_ARG_VALUE",
    });
  });
}
