import { equal } from "node:assert/strict";
import { test } from "node:test";
import { editDistance, nearest } from "anyserial/arguments";

test("nearest() finds a slip and an abbreviation, and nothing far away", () => {
  const names = ["monitor", "send", "receive"];

  equal(nearest("monitr", names), "monitor");
  equal(nearest("rec", names), "receive");
  equal(nearest("list", names), undefined);
});

test("nearest() takes upper for lower case, and two swapped letters for one slip", () => {
  equal(nearest("FRAMNIG", ["framing", "topology"]), "framing");
});

test("nearest() finds nothing for one letter that begins nothing, or for a long word", () => {
  equal(nearest("x", ["y"]), undefined);
  equal(nearest("a".repeat(41), ["a".repeat(42)]), undefined);
});

test("editDistance() counts letters more, less, other and swapped", () => {
  equal(editDistance("", "abc"), 3);
  equal(editDistance("ttyUSB0", "ttyUSB1"), 1);
  equal(editDistance("ab", "ba"), 1);
  equal(editDistance("same", "same"), 0);
});
