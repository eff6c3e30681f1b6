// Another file under a descriptor that is watched.

import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { SerialError } from "anyserial";
import { READABLE, type Watch, WRITABLE } from "../../../../dist/posix/readiness/readiness.js";
import { FakeSystem } from "../../../helpers/fake-poller.ts";

interface SetUp {
  readonly system: FakeSystem;
  readonly watch: Watch;
  readonly ready: number[];
  readonly errors: SerialError[];
}

function setUp(): SetUp {
  const system = new FakeSystem();
  const [ready, errors]: [number[], SerialError[]] = [[], []];
  const watch = system.set(0).watch(5, {
    onReady: (directions) => ready.push(directions),
    onFailed: (error) => errors.push(error),
  });
  system.calls.length = 0;
  return { system, watch, ready, errors };
}

test("Watch.replace() takes the descriptor out, and puts it back with all that is armed", () => {
  const { system, watch, ready } = setUp();
  watch.arm(READABLE | WRITABLE);
  system.calls.length = 0;

  watch.replace(() => system.calls.push("swap"));

  deepEqual(system.calls, ["remove 5", "swap", `add 5 ${READABLE | WRITABLE}`]);
  system.event(5, READABLE | WRITABLE);
  deepEqual(ready, [READABLE | WRITABLE]);
});

test("Watch.replace() puts back an idle descriptor as an idle one", () => {
  const { system, watch } = setUp();

  watch.replace(() => undefined);

  deepEqual(system.calls, ["remove 5", `add 5 ${READABLE}`]);
});

test("Watch.replace() goes on with the old file when the swap fails", () => {
  const { system, watch, ready } = setUp();
  watch.arm(READABLE);
  const swap = (): never => {
    throw new Error("refused");
  };

  throws(() => watch.replace(swap), { message: "refused" });

  system.event(5, READABLE);
  deepEqual(ready, [READABLE]);
});

test("Watch.replace() fails armed directions when the poller is full", () => {
  const { system, watch, errors } = setUp();
  watch.arm(READABLE);

  watch.replace(() => {
    system.isFull = true;
  });

  equal(errors[0]?.code, "ENOSPC");
});
