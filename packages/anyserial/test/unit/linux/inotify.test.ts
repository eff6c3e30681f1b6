// Device nodes that are opened and closed: who is told, whatever the others make of it.

import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { IN, Inotify } from "../../../dist/linux/inotify.js";
import { FakeLibc, words } from "../../helpers/fake-libc.ts";
import { FakeReadiness } from "../../helpers/fake-readiness.ts";

test("Inotify notifies the neighbours of a listener that throws", (t) => {
  const thrown = t.mock.method(process, "nextTick", () => undefined);
  const [libc, readiness] = [new FakeLibc(), new FakeReadiness()];
  let watches = 0;
  const calls = { create: () => 9, add: () => ++watches, remove: () => 0 };
  const inotify = new Inotify(calls, libc, readiness);
  const told: string[] = [];
  inotify.watch("/dev/pts/1", IN.OPEN, () => {
    throw new Error("a mistake of the listener");
  });
  inotify.watch("/dev/pts/2", IN.OPEN, () => told.push("second"));

  const events = [1, 2].map((watch) => words(16, { 0: watch, 4: IN.OPEN }));
  libc.reads.push([...Buffer.concat(events)]);
  readiness.watches[0]?.listener.onIdle?.();

  deepEqual(told, ["second"]);
  const [task] = thrown.mock.calls[0]?.arguments ?? [];
  throws(task as () => void, { message: "a mistake of the listener" });
});
