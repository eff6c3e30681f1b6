// The keys of the list of messages.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import type * as Keys from "../../../web/traffic/list-keys.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { targetOf } = await loadWebModule<typeof Keys>("traffic/list-keys.ts");

for (const [key, at, target] of [
  ["ArrowDown", -1, 20],
  ["ArrowUp", -1, 20],
  ["ArrowDown", 5, 6],
  ["ArrowUp", 0, 0],
  ["ArrowDown", 99, 99],
  ["PageDown", 95, 99],
  ["PageUp", 30, 20],
  ["Home", -1, 0],
  ["End", -1, 99],
  ["End", 3, 99],
  ["x", 3, undefined],
] as const) {
  test(`targetOf() leads from ${at} by ${key} to ${target}`, () => {
    equal(targetOf(key, { at, first: 20, page: 10, count: 100 }), target);
  });
}
