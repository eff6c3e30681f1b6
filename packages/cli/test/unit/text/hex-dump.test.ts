// The hex dump.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { HexDump } from "../../../dist/text/hex-dump.js";

const NOON = new Date(2026, 0, 2, 12, 0, 0, 5);
const LATER = new Date(2026, 0, 2, 12, 0, 1, 0);

test("HexDump writes sixteen bytes a line with their characters", () => {
  const dump = new HexDump({ timestamps: false });

  const text = dump.push(Buffer.from("*IDN?\r\n\x00\x1b\x7f\xffabcdefg", "latin1"), NOON);

  equal(text, "2a 49 44 4e 3f 0d 0a 00 1b 7f ff 61 62 63 64 65  |*IDN?......abcde|\n");
  equal(dump.flush(), `66 67${" ".repeat(44)}|fg|\n`);
});

test("HexDump holds an unfinished line until more comes", () => {
  const dump = new HexDump({ timestamps: false });

  equal(dump.push(Buffer.alloc(15, 0x41), NOON), "");
  equal(dump.isHolding, true);
  equal(dump.push(Buffer.from("B"), NOON), `${"41 ".repeat(15)}42  |${"A".repeat(15)}B|\n`);
  equal(dump.isHolding, false);
  equal(dump.flush(), "");
});

test("HexDump stamps a line with the time of its first byte", () => {
  const dump = new HexDump({ timestamps: true });

  dump.push(Buffer.from("a"), NOON);
  dump.push(Buffer.from("b"), LATER);

  equal(dump.flush(), `[12:00:00.005] 61 62${" ".repeat(44)}|ab|\n`);
});
