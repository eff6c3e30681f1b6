// The memory of a hub: this file runs in a process of its own, whose young generation it measures.

import { ok } from "node:assert/strict";
import { test } from "node:test";
import { getHeapSpaceStatistics } from "node:v8";
import { keepYoungGenerationSmall } from "../../../../dist/commands/hub/young-generation.js";

const MEGABYTE = 1e6;

test("keepYoungGenerationSmall() leaves no room for garbage to pile up in", () => {
  keepYoungGenerationSmall();
  const survivors: unknown[] = [];
  for (let index = 0; index < 1_000_000; index++) survivors[index % 20_000] = { bytes: [index] };

  ok(youngBytes() < 4 * MEGABYTE, `${youngBytes()} bytes`);
});

function youngBytes(): number {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  return young?.space_size ?? Number.POSITIVE_INFINITY;
}
