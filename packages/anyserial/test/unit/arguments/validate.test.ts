import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import {
  bytesOf,
  invalid,
  isBoolean,
  isIntegerIn,
  isOneOf,
  shown,
} from "../../../dist/arguments/validate.js";
import { LOSSES, resizableBuffer } from "../../helpers/lost-memory.ts";

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

test("isIntegerIn() takes no -0, which would end the process as a file mode", () => {
  equal(isIntegerIn(0, 0, 3), true);
  equal(isIntegerIn(-0, 0, 3), false);
});

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

for (const [how, make] of LOSSES) {
  if (how === "shrunk to nothing") continue; // a view of all that is there
  test(`bytesOf() refuses every kind of view whose memory was ${how}`, () => {
    const { view, lose } = make(8);
    const { buffer } = view;
    // Of fixed length, as the view of a caller who names one.
    const views = [view, new DataView(buffer, 0, 8), new Float64Array(buffer, 0, 1)];
    lose();

    for (const lost of views) {
      throws(() => bytesOf("data", lost), { name: "ConfigurationError", hint: /make a new view/ });
    }
  });
}

test("bytesOf() takes a view that has become empty with its memory, which is still there", () => {
  const memory = resizableBuffer(8);
  const view = new Uint8Array(memory);
  memory.resize(0);

  equal(bytesOf("data", view).length, 0);
});

test("shown() shows what cannot be inspected by its type", () => {
  const memory = new ArrayBuffer(8);
  const view = new DataView(memory);
  structuredClone(memory, { transfer: [memory] });

  equal(shown(view), "[object that cannot be shown]");
});

test("bytesOf() views memory of another realm", () => {
  const memory: ArrayBuffer = runInNewContext("new Uint8Array([1, 2, 3]).buffer");

  deepEqual([...bytesOf("data", memory)], [1, 2, 3]);
  deepEqual([...bytesOf("data", runInNewContext("new Uint8Array([4])"))], [4]);
});
