// The short way for the only watched descriptor.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { FakeSystem } from "../../../helpers/fake-poller.ts";

function setUp({ forgetsDrained = true } = {}): {
  system: FakeSystem;
  set: ReturnType<FakeSystem["set"]>;
  watch: ReturnType<ReturnType<FakeSystem["set"]>["watch"]>;
} {
  const system = new FakeSystem();
  system.forgetsDrained = forgetsDrained;
  const set = system.set(0);
  const watch = set.watch(5, {});
  system.calls.length = 0;
  return { system, set, watch };
}

test("WatchSet wakes the only reader without asking the poller", async () => {
  const { system, watch } = setUp();
  const reading = watch.waitReadable();
  system.calls.length = 0;

  system.ready();

  equal(await reading, true);
  deepEqual(system.calls, []);
});

test("WatchSet wakes the only reader again without telling the poller anything in between", async () => {
  const { system, watch } = setUp();
  for (let round = 0; round < 3; round++) {
    const reading = watch.waitReadable();
    system.ready();
    equal(await reading, true);
  }

  deepEqual(system.calls, []);
});

test("WatchSet takes the only descriptor out of a poller that would tell of it for ever", async () => {
  const { system, watch } = setUp({ forgetsDrained: false });
  const reading = watch.waitReadable();
  system.calls.length = 0;

  system.ready();

  equal(await reading, true);
  deepEqual(system.calls, ["remove 5"]);
});

test("WatchSet asks the poller while the only descriptor has no reader, or a writer", async () => {
  const { system, watch } = setUp();
  system.ready();
  const writing = watch.waitWritable();
  const reading = watch.waitReadable();
  system.ready();

  equal(system.calls.filter((call) => call === "collect").length, 2);
  watch.close();
  deepEqual(await Promise.all([reading, writing]), [false, false]);
});

test("WatchSet asks the poller which of two descriptors is ready", async () => {
  const { system, set, watch } = setUp();
  set.watch(6, {});
  const reading = watch.waitReadable();
  system.calls.length = 0;

  system.ready();

  deepEqual(system.calls, ["collect"]);
  watch.close();
  equal(await reading, false);
});
