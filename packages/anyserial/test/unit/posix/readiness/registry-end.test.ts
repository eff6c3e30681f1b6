// When the set starts, and ends.

import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, equal, throws } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SerialError } from "anyserial";
import {
  READABLE,
  type Watch,
  type WatchListener,
  WRITABLE,
} from "../../../../dist/posix/readiness/readiness.js";
import type { Registry } from "../../../../dist/posix/readiness/registry.js";
import { FakeSystem } from "../../../helpers/fake-poller.ts";

const _IDLE_AFTER_MS = 20;

interface SetUp {
  readonly system: FakeSystem;
  readonly set: Registry;
  readonly watch: Watch;
  /** Directions as they were reported. */
  readonly ready: number[];
}

function setUp(t: TestContext, listener: WatchListener = {}, lingerMs = 0): SetUp {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const system = new FakeSystem();
  const set = system.set(lingerMs);
  const ready: number[] = [];
  const watch = set.watch(5, { onReady: (directions) => ready.push(directions), ...listener });
  system.calls.length = 0;
  return { system, set, watch, ready };
}

test("Registry closes the poller only when the waker has stopped", (t) => {
  const { system, watch } = setUp(t);

  watch.close();
  deepEqual(system.calls, ["remove 5", "stop waker"]);
  system.stopped();

  equal(system.isPollerOpen, false);
});

test("Registry keeps its waker until the last watch is closed", (t) => {
  const { system, set, watch } = setUp(t);
  const other = set.watch(6, {});

  watch.close();
  equal(system.calls.includes("stop waker"), false);
  other.close();

  equal(system.calls.includes("stop waker"), true);
});

test("Registry lets a dear waker linger, and uses it again", (t) => {
  const { system, set, watch } = setUp(t, {}, 250);

  watch.close();
  t.mock.timers.tick(249);
  const next = set.watch(6, {});
  t.mock.timers.tick(1000);
  deepEqual(system.calls, ["remove 5", `add 6 ${READABLE}`]);
  next.close();
  t.mock.timers.tick(250);

  equal(system.calls.at(-1), "stop waker");
});

test("Registry starts anew after its waker stopped", (t) => {
  const { system, set, watch } = setUp(t);
  watch.close();
  system.stopped();
  system.calls.length = 0;

  set.watch(6, {});

  deepEqual(system.calls, ["start waker", `add 6 ${READABLE}`]);
});

test("Registry fails armed directions, now and later, when its waker breaks down, and starts again", (t) => {
  const errors: SerialError[] = [];
  const { system, set, watch } = setUp(t, { onFailed: (error) => errors.push(error) });
  const failure = new SerialError("broken", { code: "EBADF" });
  watch.arm(READABLE);

  system.waker?.onFailed?.(failure);

  deepEqual(errors, [failure]);
  throws(() => watch.arm(WRITABLE), failure);
  equal(system.calls.at(-1), "stop waker");
  system.calls.length = 0;
  set.watch(6, {});
  deepEqual(system.calls, ["start waker", `add 6 ${READABLE}`]);
});
