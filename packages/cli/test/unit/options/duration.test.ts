// Durations on the command line.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, parseDuration } from "../../../dist/options/duration.js";

const ACCEPTED = [
  ["500ms", 500],
  ["2s", 2000],
  ["1.5s", 1500],
  [".5s", 500],
  ["0ms", 0],
  ["10m", 600_000],
  ["1h", 3_600_000],
] as const;

for (const [text, durationMs] of ACCEPTED) {
  test(`parseDuration() reads ${text}`, () => {
    equal(parseDuration(text), durationMs);
  });
}

for (const text of ["", "x", "2", "1.5", "0", "-1", "1 s", "1sec", "1e3", "600h", "."]) {
  test(`parseDuration() refuses "${text}"`, () => {
    equal(parseDuration(text), undefined);
  });
}

test("formatDuration() uses the unit that fits", () => {
  equal(formatDuration(250), "250 ms");
  equal(formatDuration(2000), "2 s");
  equal(formatDuration(1500), "1.5 s");
});
