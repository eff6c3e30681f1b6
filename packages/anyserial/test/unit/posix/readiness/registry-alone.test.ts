// The short way for the only watched descriptor.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { READABLE, type Watch, WRITABLE } from "../../../../dist/posix/readiness/readiness.js";
import { FakeSystem } from "../../../helpers/fake-poller.ts";

interface SetUp {
  readonly system: FakeSystem;
  readonly set: ReturnType<FakeSystem["set"]>;
  readonly watch: Watch;
  readonly ready: number[];
  /** The next reads find nothing. */
  isEmpty: boolean;
}

function setUp({ forgetsDrained = true } = {}): SetUp {
  const system = new FakeSystem();
  system.forgetsDrained = forgetsDrained;
  const set = system.set(0);
  const ready: number[] = [];
  const watch = set.watch(5, {
    onReady: (directions) => {
      ready.push(directions);
      watch.found = !made.isEmpty;
    },
  });
  system.calls.length = 0;
  const made: SetUp = { system, set, watch, ready, isEmpty: false };
  return made;
}

test("Registry reports the only reader without asking the poller", () => {
  const { system, watch, ready } = setUp();
  watch.arm(READABLE);

  system.ready();

  deepEqual(ready, [READABLE]);
  deepEqual(system.calls, []);
});

test("Registry reports the only reader again without a call to the poller in between", () => {
  const { system, watch, ready } = setUp();
  for (let round = 0; round < 3; round++) {
    watch.arm(READABLE);
    system.ready();
  }

  deepEqual(ready, [READABLE, READABLE, READABLE]);
  deepEqual(system.calls, []);
});

test("Registry asks the poller when the only reader found nothing", () => {
  const made = setUp();
  made.isEmpty = true;
  made.watch.arm(READABLE);

  made.system.ready();

  deepEqual(made.system.calls, ["collect"]);
});

test("Registry takes the only descriptor out of a poller that would report it for ever", () => {
  const { system, watch, ready } = setUp({ forgetsDrained: false });
  watch.arm(READABLE);

  system.ready();

  deepEqual(ready, [READABLE]);
  deepEqual(system.calls, ["remove 5"]);
});

test("Registry asks the poller while the only descriptor has no reader, or a writer", () => {
  const { system, watch } = setUp();
  system.ready();
  watch.arm(READABLE | WRITABLE);
  system.ready();

  equal(system.calls.filter((call) => call === "collect").length, 2);
});

test("Registry asks the poller which of two descriptors is ready", () => {
  const { system, set, watch } = setUp();
  set.watch(6, {});
  watch.arm(READABLE);
  system.calls.length = 0;

  system.ready();

  deepEqual(system.calls, ["collect"]);
});
