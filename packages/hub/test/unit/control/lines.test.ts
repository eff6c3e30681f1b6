import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Lines } from "../../../dist/control/lines.js";

test("Lines.push() returns the lines that a chunk completes, without their ends", () => {
  const lines = new Lines(100);

  deepEqual(lines.push(Buffer.from("one")), []);
  deepEqual(lines.push(Buffer.from(" more\ntwo\n\nthr")), ["one more", "two", ""]);
  deepEqual(lines.push(Buffer.from("ee\n")), ["three"]);
});

test("Lines.push() joins a character that two chunks share", () => {
  const lines = new Lines(100);
  const bytes = Buffer.from("ä\n");

  deepEqual(lines.push(bytes.subarray(0, 1)), []);
  deepEqual(lines.push(bytes.subarray(1)), ["ä"]);
});

test("Lines.push() refuses a line that is longer than allowed, finished or not", () => {
  deepEqual(new Lines(4).push(Buffer.from("1234\n")), ["1234"]);
  equal(new Lines(4).push(Buffer.from("12345\n")), undefined);
  equal(new Lines(4).push(Buffer.from("12345")), undefined);
  const lines = new Lines(4);
  lines.push(Buffer.from("123"));
  equal(lines.push(Buffer.from("45")), undefined);
});

test("Lines.push() finds the same lines however the bytes are cut", () => {
  const texts = fc.array(fc.string({ maxLength: 8 }).filter((text) => !text.includes("\n")));
  fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 1, max: 5 })), (wanted, cuts) => {
      const bytes = Buffer.from(wanted.map((text) => `${text}\n`).join(""));
      const lines = new Lines(1000);
      const found: string[] = [];
      let at = 0;
      for (const length of [...cuts, bytes.length]) {
        found.push(...(lines.push(bytes.subarray(at, at + length)) ?? []));
        at += length;
      }
      deepEqual(found, wanted);
    }),
  );
});
