// Received bytes on the operator's terminal.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TerminalText } from "../../../dist/text/terminal-text.js";

function show(...chunks: readonly (string | readonly number[])[]): string {
  const text = new TerminalText();
  const parts = chunks.map((chunk) =>
    text.push(typeof chunk === "string" ? Buffer.from(chunk) : Uint8Array.from(chunk)),
  );
  return parts.join("") + text.end();
}

test("TerminalText passes printable UTF-8, line ends, tab and backspace", () => {
  equal(show("25 °C\t日本 🙂\r\n\b"), "25 °C\t日本 🙂\r\n\b");
});

test("TerminalText passes a character that is split over chunks, at every place", () => {
  const bytes = [...Buffer.from("a🙂b")];
  for (let at = 0; at <= bytes.length; at++) {
    equal(show(bytes.slice(0, at), bytes.slice(at)), "a🙂b");
  }
});

const HOSTILE = [
  ["an escape sequence", "\x1b]0;title\x07", "\\x1b]0;title\\x07"],
  ["the other C0 controls", "\x00\x0e\x0f\x7f", "\\x00\\x0e\\x0f\\x7f"],
  ["an 8-bit control as a lone byte", [0x9b, 0x41], "\\x9bA"],
  ["an 8-bit control in UTF-8", [0xc2, 0x9b, 0x41], "\\xc2\\x9bA"],
  ["text that is reordered", "\u202eabc", "\\xe2\\x80\\xaeabc"],
  ["an overlong form of ESC", [0xc0, 0x9b], "\\xc0\\x9b"],
  ["an overlong form of three bytes", [0xe0, 0x80, 0x9b], "\\xe0\\x80\\x9b"],
  ["a surrogate", [0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"],
  ["a code point that is too large", [0xf4, 0x90, 0x80, 0x80], "\\xf4\\x90\\x80\\x80"],
  ["a character that is cut off by another", [0xe2, 0x82, 0x41], "\\xe2\\x82A"],
  ["a character that never ends", [0xe2, 0x82], "\\xe2\\x82"],
  ["a byte that never occurs", [0xff, 0xfe], "\\xff\\xfe"],
] as const;

for (const [what, input, expected] of HOSTILE) {
  test(`TerminalText escapes ${what}`, () => {
    equal(show(input), expected);
  });
}

test("TerminalText wraps escapes in the style that it is given, and nothing else", () => {
  const text = new TerminalText({ style: (code) => `<${code}>` });

  equal(text.push(Buffer.from("a\x07\\x07")), "a<\\x07>\\x07");
});

test("TerminalText lets nothing through that controls a terminal, whatever comes in whatever chunks", () => {
  const allowed = new Set(["\r", "\n", "\t", "\b"]);
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
      const text = new TerminalText();
      const shown = chunks.map((chunk) => text.push(chunk)).join("") + text.end();
      const controls = [...shown].filter((character) => /\p{Cc}/u.test(character));
      return controls.every((character) => allowed.has(character)) && !shown.includes("\ufffd");
    }),
  );
});

test("TerminalText does not depend on how text is cut into chunks", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, at) => {
      return show([...bytes.slice(0, at)], [...bytes.slice(at)]) === show([...bytes]);
    }),
  );
});
