// Listeners of descriptors when one of them throws, and when the mechanism breaks down.

import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { SerialError } from "anyserial";
import { READABLE } from "../../../../dist/posix/readiness/readiness.js";
import { FakeSystem } from "../../../helpers/fake-poller.ts";

test("Registry reports to the neighbors of a listener that throws", (t) => {
  const system = new FakeSystem();
  const set = system.set(0);
  const thrown = t.mock.method(process, "nextTick", () => undefined);
  const reported: string[] = [];
  const watch = set.watch(5, {
    onReady: () => {
      throw new Error("a mistake of the listener");
    },
  });
  watch.arm(READABLE);
  set.watch(6, { onReady: () => reported.push("readable") }).arm(READABLE);

  system.waiting.push([5, READABLE], [6, READABLE]);
  system.ready();

  deepEqual(reported, ["readable"]);
  const [task] = thrown.mock.calls[0]?.arguments ?? [];
  throws(task as () => void, { message: "a mistake of the listener" });
});

test("Registry notifies a listener that the waker broke down", () => {
  const system = new FakeSystem();
  const errors: SerialError[] = [];
  system.set(0).watch(5, { onFailed: (error) => errors.push(error) });
  const broken = new SerialError("the thread ended");

  system.waker?.onFailed?.(broken);

  deepEqual(errors, [broken]);
});

test("Registry notifies a listener whose descriptor finds no place in the poller any more", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const system = new FakeSystem();
  const errors: SerialError[] = [];
  const watch = system.set(0).watch(5, {
    onReady: () => undefined,
    onFailed: (error) => errors.push(error),
  });
  watch.arm(READABLE);
  system.event(5, READABLE);
  system.isFull = true;

  t.mock.timers.tick(1000);

  deepEqual(
    errors.map(({ code }) => code),
    ["ENOSPC"],
  );
  throws(() => watch.arm(READABLE), { code: "ENOSPC" });
});
