// Text from outside on one line of a terminal.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { oneLine } from "../../../dist/text/printable.js";

test("oneLine() leaves printable text of any script as it is", () => {
  equal(oneLine('Größe 10 µm, 25 °C, "日本" 🙂'), 'Größe 10 µm, 25 °C, "日本" 🙂');
});

test("oneLine() escapes controls, line ends included", () => {
  equal(oneLine("a\x1b[2Jb\r\n\x7f\x9b"), "a\\x1b[2Jb\\x0d\\x0a\\x7f\\x9b");
});

test("oneLine() escapes characters that reorder text", () => {
  equal(oneLine("abc\u202ecba\u2066"), "abc\\u{202e}cba\\u{2066}");
});
