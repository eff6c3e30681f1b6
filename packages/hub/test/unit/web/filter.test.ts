// The filter and the search of the traffic.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type * as FilterModule from "../../../web/traffic/filter.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { createFilter, NO_FILTER } = await loadWebModule<typeof FilterModule>("traffic/filter.ts");

function message(text: string, more: { member?: string; direction?: "in" | "out" } = {}) {
  const bytes = new Uint8Array(Buffer.from(text, "latin1"));
  const from = { network: "net", member: "a", direction: "in", ...more } as const;
  return { kind: "message", seq: 1, time: 0, length: bytes.length, bytes, ...from } as const;
}

for (const [search, text, isFound] of [
  ["volt", "12 VOLTS", true],
  ["volt", "12 amps", false],
  ["/^\\d+ v/i", "12 VOLTS", true],
  ["/^\\d+ v/", "12 VOLTS", false],
  ["hex: 02 ff", "\x01\x02\xff\x03", true],
  ["hex:02FF", "\x01\x02\xff", true],
  ["hex: 02 ff", "\x20\x2f\xf0", false],
  ["  ", "anything", true],
  ["<b>", "<b>bold</b>", true],
] as const) {
  test(`createFilter() by ${JSON.stringify(search)} ${isFound ? "finds" : "leaves out"} ${JSON.stringify(text)}`, () => {
    equal(createFilter({ ...NO_FILTER, search })?.(message(text)), isFound);
  });
}

for (const search of ["/(/", "hex: 0", "hex: zz"]) {
  test(`createFilter() makes none of ${JSON.stringify(search)}`, () => {
    equal(createFilter({ ...NO_FILTER, search }), undefined);
  });
}

test("createFilter() filters by member and direction, and shows every gap", () => {
  const filter = createFilter({ ...NO_FILTER, network: "net", member: "a", direction: "in" });

  deepEqual(
    [
      message("x"),
      message("x", { member: "b" }),
      message("x", { direction: "out" }),
      { kind: "gap", time: 0, lost: 1 } as const,
    ].map((entry) => filter?.(entry)),
    [true, false, false, true],
  );
});
