// Command lines as a device reads them.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { CommandLines } from "../../../../dist/commands/demo/command-lines.js";

const read = (...chunks: readonly string[]): (string | undefined)[] => {
  const lines = new CommandLines();
  return chunks.flatMap((chunk) => lines.push(Buffer.from(chunk)).map(({ text }) => text));
};

test("CommandLines ends a line at \\r, \\n and \\r\\n, and skips empty ones", () => {
  deepEqual(read("a\rb\nc\r\n\r\n\nd"), ["a", "b", "c"]);
});

test("CommandLines joins pieces of a line", () => {
  deepEqual(read("*I", "DN?\r", "\nSET", "? \n"), ["*IDN?", "SET? "]);
});

test("CommandLines takes back a character at backspace and delete", () => {
  deepEqual(read("\bSEX\x7fT?\b?\r"), ["SET?"]);
});

test("CommandLines reports a line that is too long, and reads the next", () => {
  deepEqual(read(`${"x".repeat(256)}\r`), ["x".repeat(256)]);
  deepEqual(read(`${"x".repeat(257)}\rok\r`), [undefined, "ok"]);
});
