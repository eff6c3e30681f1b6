// Backslash escapes and hexadecimal on the command line.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { parseEscapes, parseHex } from "../../../dist/text/escapes.js";

const ESCAPES = [
  ["OK\\r\\n", "4f4b0d0a"],
  ["\\x03\\xFF", "03ff"],
  ["\\0\\a\\b\\t\\e", "000708091b"],
  ["a\\\\n", "615c6e"],
  ["µ", "c2b5"],
  ["line\nbreak", "6c696e650a627265616b"],
  ["", ""],
] as const;

for (const [text, hex] of ESCAPES) {
  test(`parseEscapes() reads ${JSON.stringify(text)}`, () => {
    deepEqual(parseEscapes(text), Buffer.from(hex, "hex"));
  });
}

for (const text of ["\\q", "\\", "\\x1", "\\xgg"]) {
  test(`parseEscapes() refuses ${JSON.stringify(text)}`, () => {
    equal(parseEscapes(text), undefined);
  });
}

test("parseHex() reads pairs of digits however they are separated", () => {
  for (const text of ["01 03 00ff", "01:03:00:ff", "0x01, 0x03, 0x00, 0xFF", "010300ff"]) {
    deepEqual(parseHex(text), Buffer.of(1, 3, 0, 255));
  }
});

test("parseHex() refuses half a byte and other letters", () => {
  for (const text of ["1", "01 3", "0g", "xx"]) equal(parseHex(text), undefined);
});
