// Ends of line.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { EolTranslation, eolBytes } from "../../../dist/text/eol.js";

test("eolBytes() knows every name, and nothing for none", () => {
  deepEqual(eolBytes("cr"), Buffer.from("\r"));
  deepEqual(eolBytes("lf"), Buffer.from("\n"));
  deepEqual(eolBytes("crlf"), Buffer.from("\r\n"));
  deepEqual(eolBytes("none"), Buffer.alloc(0));
  deepEqual(eolBytes(undefined), Buffer.alloc(0));
});

test("EolTranslation replaces every kind of end of line by the one asked for", () => {
  const translation = new EolTranslation("crlf");

  const bytes = translation.push(Buffer.from("a\nb\rc\r\nd"));

  equal(Buffer.from(bytes).toString(), "a\r\nb\r\nc\r\nd");
});

test("EolTranslation takes \\r\\n split over two chunks as one end", () => {
  const translation = new EolTranslation("lf");

  const parts = ["a\r", "\nb\r", "\r", "\n"].map((part) => translation.push(Buffer.from(part)));

  equal(Buffer.concat(parts).toString(), "a\nb\n\n");
});
