import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SerialError } from "anyserial";
import {
  HUNG_UP,
  type IdleListener,
  type Poller,
  READABLE,
  type Watch,
  WRITABLE,
} from "#internal/posix/readiness/readiness.js";
import { WatchSet } from "#internal/posix/readiness/watch-set.js";
import { FakeSystem } from "../../../helpers/fake-poller.ts";

const IDLE_AFTER_MS = 20;

interface SetUp {
  readonly system: FakeSystem;
  readonly set: WatchSet;
  readonly watch: Watch;
}

function setUp(t: TestContext, idle: IdleListener = {}, lingerMs = 0): SetUp {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const system = new FakeSystem();
  const set = system.set(lingerMs);
  const watch = set.watch(5, idle);
  system.calls.length = 0;
  return { system, set, watch };
}

test("WatchSet.watch() puts an idle descriptor into the poller, so that a hang-up is heard", () => {
  const system = new FakeSystem();

  system.set(0).watch(5, {});

  deepEqual(system.calls, ["start waker", `add 5 ${READABLE}`]);
});

test("WatchSet.watch() starts one waker for all", (t) => {
  const { system, set } = setUp(t);

  set.watch(6, {});

  deepEqual(system.calls, [`add 6 ${READABLE}`]);
});

test("WatchSet.watch() leaves nothing behind when the poller is full", () => {
  const system = new FakeSystem();
  system.isFull = true;

  throws(() => system.set(0).watch(5, {}), { code: "ENOSPC" });
  system.stopped();

  equal(system.isPollerOpen, false);
});

test("WatchSet closes the poller when its waker does not start", () => {
  const calls: string[] = [];
  const set = new WatchSet({
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

test("Watch.waitReadable() needs no call while the descriptor is in the poller", async (t) => {
  const { system, watch } = setUp(t);

  const waiting = watch.waitReadable();
  deepEqual(system.calls, []);
  system.event(5, READABLE);

  equal(await waiting, true);
});

test("Watch.waitWritable() adds its interest to a reader's, and wakes alone", async (t) => {
  const { system, watch } = setUp(t);
  const reading = watch.waitReadable();
  const writing = watch.waitWritable();
  equal(system.interest.get(5), READABLE | WRITABLE);

  system.event(5, WRITABLE);

  equal(await writing, true);
  equal(system.isAlive, true); // the reader still waits
  system.event(5, READABLE);
  equal(await reading, true);
});

test("Watch keeps a reader in the poller when only the writer was woken", (t) => {
  const { system, watch } = setUp(t);
  void watch.waitReadable();
  void watch.waitWritable();

  system.event(5, WRITABLE);

  equal(system.interest.get(5), READABLE);
});

test("Watch keeps a writer in the poller when only the reader was woken", (t) => {
  const { system, watch } = setUp(t);
  void watch.waitReadable();
  void watch.waitWritable();

  system.event(5, READABLE);

  equal(system.interest.get(5), WRITABLE);
});

test("Watch wakes both on one event for both", async (t) => {
  const { system, watch } = setUp(t);
  const waits = [watch.waitReadable(), watch.waitWritable()];

  system.event(5, READABLE | WRITABLE);

  deepEqual(await Promise.all(waits), [true, true]);
});

test("Watch wakes everybody who waits when the other side hangs up", async (t) => {
  const heard: string[] = [];
  const { system, watch } = setUp(t, { onHangup: () => heard.push("hang-up") });
  const waits = [watch.waitReadable(), watch.waitWritable()];

  system.event(5, HUNG_UP);

  deepEqual(await Promise.all(waits), [true, true]);
  deepEqual(heard, []); // the reader finds out by itself
});

test("Watch is out of the poller between a wake-up and the next wait", (t) => {
  const { system, watch } = setUp(t);
  void watch.waitReadable();

  system.event(5, READABLE);
  deepEqual(system.calls, ["remove 5"]);
  void watch.waitReadable();

  deepEqual(system.calls, ["remove 5", `add 5 ${READABLE}`]);
});

test("Watch goes back into the poller when it stays idle", (t) => {
  const { system, watch } = setUp(t);
  void watch.waitReadable();
  system.event(5, READABLE);

  t.mock.timers.tick(IDLE_AFTER_MS - 1);
  equal(system.interest.has(5), false);
  t.mock.timers.tick(1);

  equal(system.interest.get(5), READABLE);
});

test("Watch is not added twice when it waits again before it counts as idle", (t) => {
  const { system, watch } = setUp(t);
  void watch.waitReadable();
  system.event(5, READABLE);
  void watch.waitReadable();

  t.mock.timers.tick(IDLE_AFTER_MS);

  deepEqual(system.calls, ["remove 5", `add 5 ${READABLE}`]);
});

test("Watch does not come back after it was closed while it was parked", (t) => {
  const { system, set, watch } = setUp(t);
  set.watch(6, {});
  void watch.waitReadable();
  system.event(5, READABLE);
  watch.close();
  system.calls.length = 0;

  t.mock.timers.tick(IDLE_AFTER_MS);

  deepEqual(system.calls, []);
});

test("Watch tells of a hang-up once while nobody waits", (t) => {
  const heard: string[] = [];
  const { system } = setUp(t, { onHangup: () => heard.push("hang-up") });

  system.event(5, HUNG_UP);
  system.event(5, HUNG_UP | READABLE);

  deepEqual(heard, ["hang-up"]);
});

test("Watch hears of a hang-up after it came back into the poller", (t) => {
  const heard: string[] = [];
  const { system, watch } = setUp(t, { onHangup: () => heard.push("hang-up") });
  void watch.waitReadable();
  system.event(5, READABLE);
  t.mock.timers.tick(IDLE_AFTER_MS);

  system.event(5, HUNG_UP);

  deepEqual(heard, ["hang-up"]);
});

test("Watch tells of each arrival while nobody waits, and stays in the poller", (t) => {
  const heard: string[] = [];
  const { system } = setUp(t, { onReadable: () => heard.push("data") });

  system.event(5, READABLE);
  system.event(5, READABLE);

  deepEqual(heard, ["data", "data"]);
  deepEqual(system.calls, []);
});

test("Watch.waitWritable() arms anew although the poller saw room before", async (t) => {
  const { system, watch } = setUp(t);
  void watch.waitWritable();
  watch.cancelWritable();
  system.event(5, WRITABLE); // nobody waits: the edge is gone
  system.calls.length = 0;

  const writing = watch.waitWritable();
  system.event(5, WRITABLE);

  equal(await writing, true);
});

test("Watch.cancelReadable() resolves the wait to false and leaves the poller as it is", async (t) => {
  const { system, watch } = setUp(t);
  const waiting = watch.waitReadable();

  watch.cancelReadable();

  equal(await waiting, false);
  deepEqual(system.calls, []);
  equal(system.isAlive, false);
});

test("Watch.cancelWritable() leaves the reader waiting", async (t) => {
  const { system, watch } = setUp(t);
  const reading = watch.waitReadable();
  const writing = watch.waitWritable();

  watch.cancelWritable();

  equal(await writing, false);
  system.event(5, READABLE);
  equal(await reading, true);
});

test("Watch cancels nothing when nobody waits", (t) => {
  const { system, watch } = setUp(t);

  watch.cancelReadable();
  watch.cancelWritable();

  equal(system.isAlive, false);
  deepEqual(system.calls, []);
});

test("Watch ignores an event that was under way when it was closed", async (t) => {
  const heard: string[] = [];
  const { system, watch } = setUp(t, { onHangup: () => heard.push("hang-up") });
  const waiting = watch.waitReadable();
  watch.close();

  system.lateEvent(5, READABLE | HUNG_UP);

  equal(await waiting, false);
  deepEqual(heard, []);
});

test("Watch.close() ends both waits, and later ones at once", async (t) => {
  const { system, watch } = setUp(t);
  const waits = [watch.waitReadable(), watch.waitWritable()];
  watch.close();
  watch.close();

  deepEqual(await Promise.all(waits), [false, false]);
  equal(await watch.waitReadable(), false);
  equal(await watch.waitWritable(), false);
  deepEqual(
    system.calls.filter((call) => call === "remove 5"),
    ["remove 5"],
  );
});

test("WatchSet keeps the process alive exactly while somebody waits", (t) => {
  const { system, set, watch } = setUp(t);
  const other = set.watch(6, {});

  equal(system.isAlive, false);
  void watch.waitReadable();
  void other.waitReadable();
  equal(system.isAlive, true);
  system.event(5, READABLE);
  equal(system.isAlive, true);
  other.cancelReadable();

  equal(system.isAlive, false);
});

test("WatchSet closes the poller only when the waker has stopped", (t) => {
  const { system, watch } = setUp(t);

  watch.close();
  deepEqual(system.calls, ["remove 5", "stop waker"]);
  system.stopped();

  equal(system.isPollerOpen, false);
});

test("WatchSet keeps its waker until the last watch is closed", (t) => {
  const { system, set, watch } = setUp(t);
  const other = set.watch(6, {});

  watch.close();
  equal(system.calls.includes("stop waker"), false);
  other.close();

  equal(system.calls.includes("stop waker"), true);
});

test("WatchSet lets a dear waker linger, and uses it again", (t) => {
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

test("WatchSet starts anew after its waker stopped", (t) => {
  const { system, set, watch } = setUp(t);
  watch.close();
  system.stopped();
  system.calls.length = 0;

  set.watch(6, {});

  deepEqual(system.calls, ["start waker", `add 6 ${READABLE}`]);
});

test("WatchSet fails what waits when its waker breaks down, and starts anew", async (t) => {
  const { system, set, watch } = setUp(t);
  const failure = new SerialError("broken", { code: "EBADF" });
  const waiting = watch.waitReadable();

  system.waker?.onFailed?.(failure);

  await rejects(waiting, (error) => error === failure);
  await rejects(watch.waitWritable(), (error) => error === failure);
  equal(system.calls.at(-1), "stop waker");
  system.calls.length = 0;
  set.watch(6, {});
  deepEqual(system.calls, ["start waker", `add 6 ${READABLE}`]);
});

test("WatchSet keeps the process alive for a wait after a listened descriptor broke down", async (t) => {
  const { system, set, watch } = setUp(t);
  watch.listen({ onReadable: () => false, onWritable: () => undefined });
  system.waker?.onFailed?.(new SerialError("broken", { code: "EBADF" }));
  watch.close();

  const later = set.watch(6, {});
  const waiting = later.waitReadable();
  equal(system.isAlive, true);

  later.cancelReadable();
  await waiting;
  equal(system.isAlive, false);
});
