import "@anyserial/test-support/fakeable-timers"; // first
import { deepEqual, equal, throws } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  HUNG_UP,
  type Poller,
  READABLE,
  type Watch,
  type WatchListener,
  WRITABLE,
} from "../../../../dist/posix/readiness/readiness.js";
import { Registry } from "../../../../dist/posix/readiness/registry.js";
import { FakeSystem } from "../../../helpers/fake-poller.ts";

const IDLE_AFTER_MS = 20;

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

/** A listener that arms a reader anew, as one does whose read found less than it asked for. */
function rearming(): { listener: WatchListener; of: (watch: Watch) => void } {
  let watch: Watch | undefined;
  return {
    listener: { onReady: (ready) => watch?.arm(ready) },
    of: (made) => {
      watch = made;
    },
  };
}

test("Registry.watch() puts an idle descriptor into the poller, so that a hang-up is noticed", () => {
  const system = new FakeSystem();

  system.set(0).watch(5, {});

  deepEqual(system.calls, ["start waker", `add 5 ${READABLE}`]);
});

test("Registry.watch() starts one waker for all", (t) => {
  const { system, set } = setUp(t);

  set.watch(6, {});

  deepEqual(system.calls, [`add 6 ${READABLE}`]);
});

test("Registry.watch() leaves nothing behind when the poller is full", () => {
  const system = new FakeSystem();
  system.isFull = true;

  throws(() => system.set(0).watch(5, {}), { code: "ENOSPC" });
  system.stopped();

  equal(system.isPollerOpen, false);
});

test("Registry closes the poller when its waker does not start", () => {
  const calls: string[] = [];
  const set = new Registry({
    mechanism: "reactor",
    lingerMs: 0,
    openPoller: () => ({ close: () => calls.push("close poller") }) as unknown as Poller,
    startWaker: () => {
      throw new Error("no thread");
    },
  });

  throws(() => set.watch(5, {}), { message: "no thread" });
  deepEqual(calls, ["close poller"]);
});

test("Watch.arm() of a reader needs no call while the descriptor is in the poller", (t) => {
  const { system, watch, ready } = setUp(t);

  watch.arm(READABLE);
  deepEqual(system.calls, []);
  system.event(5, READABLE);

  deepEqual(ready, [READABLE]);
});

test("Watch.arm() is one shot", (t) => {
  const { system, watch, ready } = setUp(t);
  watch.arm(READABLE);
  system.event(5, READABLE);

  system.lateEvent(5, READABLE);

  deepEqual(ready, [READABLE]);
  equal(watch.armed, 0);
});

test("Watch.arm() of an armed direction changes nothing", (t) => {
  const { system, watch, ready } = setUp(t);
  watch.arm(WRITABLE);
  system.calls.length = 0;

  watch.arm(WRITABLE);
  system.event(5, WRITABLE);

  deepEqual(system.calls, ["remove 5"]);
  deepEqual(ready, [WRITABLE]);
});

test("Watch.arm() adds a writer to a reader, and reports it alone", (t) => {
  const { system, watch, ready } = setUp(t);
  watch.arm(READABLE);
  watch.arm(WRITABLE);
  equal(system.interest.get(5), READABLE | WRITABLE);

  system.event(5, WRITABLE);
  system.event(5, READABLE);

  deepEqual(ready, [WRITABLE, READABLE]);
});

test("Watch keeps a reader in the poller when only the writer was reported", (t) => {
  const { system, watch } = setUp(t);
  watch.arm(READABLE | WRITABLE);

  system.event(5, WRITABLE);

  equal((system.interest.get(5) ?? 0) & READABLE, READABLE);
});

test("Watch keeps a writer in the poller when only the reader was reported", (t) => {
  const { system, watch } = setUp(t);
  watch.arm(READABLE | WRITABLE);

  system.event(5, READABLE);

  equal((system.interest.get(5) ?? 0) & WRITABLE, WRITABLE);
});

test("Watch reports both directions with one event for both", (t) => {
  const { system, watch, ready } = setUp(t);
  watch.arm(READABLE | WRITABLE);

  system.event(5, READABLE | WRITABLE);

  deepEqual(ready, [READABLE | WRITABLE]);
});

test("Watch reports all that is armed when the other side hangs up", (t) => {
  const heard: string[] = [];
  const { system, watch, ready } = setUp(t, { onHangup: () => heard.push("hang-up") });
  watch.arm(READABLE | WRITABLE);

  system.event(5, HUNG_UP);

  deepEqual(ready, [READABLE | WRITABLE]);
  deepEqual(heard, []); // the try finds out
});

test("Watch reports a hang-up to a reader only where the other side may come back", (t) => {
  const { system, watch, ready } = setUp(t, { hangupIsNoRoom: true });
  watch.arm(READABLE | WRITABLE);

  system.event(5, HUNG_UP);

  deepEqual(ready, [READABLE]);
  equal(watch.armed, WRITABLE);
});

test("Watch is out of the poller between an event and the next arm()", (t) => {
  const { system, watch } = setUp(t);
  watch.arm(READABLE);

  system.event(5, READABLE);
  deepEqual(system.calls, ["remove 5"]);
  watch.arm(READABLE);

  deepEqual(system.calls, ["remove 5", `add 5 ${READABLE}`]);
});

test("Watch stays in the poller when its listener arms it anew at once", (t) => {
  const { listener, of } = rearming();
  const { system, watch } = setUp(t, listener);
  of(watch);
  watch.arm(READABLE);

  system.event(5, READABLE);
  system.event(5, READABLE);

  deepEqual(system.calls, []);
  equal(watch.armed, READABLE);
});

test("Watch goes back into the poller when it stays idle", (t) => {
  const { system, watch } = setUp(t);
  watch.arm(READABLE);
  system.event(5, READABLE);

  t.mock.timers.tick(IDLE_AFTER_MS - 1);
  equal(system.interest.has(5), false);
  t.mock.timers.tick(1);

  equal(system.interest.get(5), READABLE);
});

test("Watch is not added twice when it is armed again before it counts as idle", (t) => {
  const { system, watch } = setUp(t);
  watch.arm(READABLE);
  system.event(5, READABLE);
  watch.arm(READABLE);

  t.mock.timers.tick(IDLE_AFTER_MS);

  deepEqual(system.calls, ["remove 5", `add 5 ${READABLE}`]);
});

test("Watch does not come back after it was closed while it was parked", (t) => {
  const { system, set, watch } = setUp(t);
  set.watch(6, {});
  watch.arm(READABLE);
  system.event(5, READABLE);
  watch.close();
  system.calls.length = 0;

  t.mock.timers.tick(IDLE_AFTER_MS);

  deepEqual(system.calls, []);
});

test("Watch reports a hang-up once while nothing is armed", (t) => {
  const heard: string[] = [];
  const { system } = setUp(t, { onHangup: () => heard.push("hang-up") });

  system.event(5, HUNG_UP);
  system.event(5, HUNG_UP | READABLE);

  deepEqual(heard, ["hang-up"]);
});

test("Watch reports a hang-up after it came back into the poller", (t) => {
  const heard: string[] = [];
  const { system, watch } = setUp(t, { onHangup: () => heard.push("hang-up") });
  watch.arm(READABLE);
  system.event(5, READABLE);
  t.mock.timers.tick(IDLE_AFTER_MS);

  system.event(5, HUNG_UP);

  deepEqual(heard, ["hang-up"]);
});

test("Watch reports each arrival while nothing is armed, and stays in the poller", (t) => {
  const heard: string[] = [];
  const { system } = setUp(t, { onIdle: () => heard.push("data") });

  system.event(5, READABLE);
  system.event(5, READABLE);

  deepEqual(heard, ["data", "data"]);
  deepEqual(system.calls, []);
});

test("Watch.arm() of a writer asks the poller anew although it saw room before", (t) => {
  const { system, watch, ready } = setUp(t);
  watch.arm(READABLE | WRITABLE);
  system.event(5, WRITABLE);
  system.calls.length = 0;

  watch.arm(WRITABLE);
  system.event(5, WRITABLE);

  deepEqual(system.calls, [`modify 5 ${READABLE | WRITABLE}`]);
  deepEqual(ready, [WRITABLE, WRITABLE]);
});

test("Watch takes a writer out of the poller that nothing arms any more", (t) => {
  const { system, watch, ready } = setUp(t);
  watch.arm(READABLE | WRITABLE);
  system.event(5, WRITABLE);

  system.event(5, WRITABLE);

  equal(system.interest.get(5), READABLE);
  deepEqual(ready, [WRITABLE]);
});

test("Watch.disarm() takes back armed directions, and returns them", (t) => {
  const { system, watch, ready } = setUp(t);
  watch.arm(READABLE | WRITABLE);

  equal(watch.disarm(WRITABLE), WRITABLE);
  equal(watch.disarm(WRITABLE), 0);
  system.event(5, WRITABLE | READABLE);

  deepEqual(ready, [READABLE]);
});

test("Watch ignores an event that was under way when it was closed", (t) => {
  const heard: string[] = [];
  const { system, watch, ready } = setUp(t, { onHangup: () => heard.push("hang-up") });
  watch.arm(READABLE);
  watch.close();

  system.lateEvent(5, READABLE | HUNG_UP);

  deepEqual([ready, heard], [[], []]);
});

test("Watch.close() leaves the poller once, and nothing can be armed any more", (t) => {
  const { system, watch } = setUp(t);
  watch.arm(READABLE);
  watch.close();
  watch.close();
  watch.arm(READABLE | WRITABLE);

  equal(watch.armed, 0);
  deepEqual(
    system.calls.filter((call) => call === "remove 5"),
    ["remove 5"],
  );
});

test("Watch reports a hang-up that came while an interest was armed that nobody waits for", (t) => {
  const heard: string[] = [];
  const { system, watch } = setUp(t, { onHangup: () => heard.push("hang-up") });
  watch.arm(READABLE); // of a receive that was canceled
  system.event(5, HUNG_UP);

  t.mock.timers.tick(IDLE_AFTER_MS); // it is in the poller again, which reports anew
  system.event(5, HUNG_UP);

  deepEqual(heard, ["hang-up"]);
});
