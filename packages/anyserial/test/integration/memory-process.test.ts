// The effect of an in-memory port on its process: it lives as long as an operation waits, and no
// longer.

import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { startFixture } from "../helpers/child.ts";

const NOT_WAITING = [
  ["idle", "is idle"],
  ["latency", "has bytes under way"],
] as const;

for (const [state, words] of NOT_WAITING) {
  test(`serialPortPair() that is open and ${words} does not keep the process alive`, async () => {
    await using child = startFixture("memory-port", { args: [state] });
    equal(await child.line(), "idle");

    equal((await child.ended()).code, 0);
  });
}

const WAITING = [
  ["receive", "received"],
  ["send", "sent"],
  ["drain", "drained"],
  ["modemLineChanges", "changed"],
] as const;

for (const [operation, result] of WAITING) {
  test(`${operation}() that waits in memory keeps the process alive until it ends`, async () => {
    await using child = startFixture("memory-port", { args: [operation] });
    equal(await child.line(), result);

    equal((await child.ended()).code, 0);
  });
}

test("anyserial/testing loads no test runner", async () => {
  const loads = async (...names: string[]): Promise<boolean> => {
    await using child = startFixture("loaded-modules", { args: names });
    return (await child.line()).includes("test_runner");
  };

  equal(await loads("anyserial/testing"), false);
  ok(await loads("node:test"));
});
