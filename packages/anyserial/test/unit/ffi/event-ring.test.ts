import { deepEqual, equal, ok } from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { Worker } from "node:worker_threads";
import { EventRing } from "../../../dist/ffi/event-ring.js";

const CAPACITY = 1024;
const HEAD = 0;
const TAIL = 1;
const STOPPED = 2;
const HEADER = 4;

type Event = readonly [token: number, ready: number];

interface Consumer {
  readonly events: Event[];
  /** Resolves when as many events have come. */
  count(wanted: number): Promise<void>;
}

/** Listens for the length of a test, which the ring alone does not keep alive. */
function listen(t: TestContext, ring: EventRing): Consumer {
  const alive = setInterval(() => undefined, 1000);
  t.after(() => {
    clearInterval(alive);
    ring.stop();
  });
  const events: Event[] = [];
  let wake = (): void => undefined;
  ring.listen((token, ready) => {
    events.push([token, ready]);
    wake();
  });
  const count = async (wanted: number): Promise<void> => {
    while (events.length < wanted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { events, count };
}

test("EventRing.listen() reports what was pushed before it", (t) => {
  const ring = new EventRing();
  ring.push(7, 1);
  ring.push(8, 4);

  const { events } = listen(t, ring);

  deepEqual(events, [
    [7, 1],
    [8, 4],
  ]);
});

test("EventRing.listen() reports each later event once, in order", async (t) => {
  const ring = new EventRing();
  const { events, count } = listen(t, ring);

  ring.push(1, 1);
  ring.push(2, 2);
  ring.flush();
  await count(2);
  ring.push(3, 4);
  ring.flush();
  await count(3);

  deepEqual(events, [
    [1, 1],
    [2, 2],
    [3, 4],
  ]);
});

test("EventRing.listen() finds an event that was pushed while it reported another", async (t) => {
  const ring = new EventRing();
  const alive = setInterval(() => undefined, 1000);
  t.after(() => {
    clearInterval(alive);
    ring.stop();
  });
  ring.push(1, 1);

  const tokens = await new Promise<number[]>((resolve) => {
    const seen: number[] = [];
    ring.listen((token) => {
      seen.push(token);
      if (token === 1)
        ring.push(2, 1); // without a flush: there is no notification
      else resolve(seen);
    });
  });

  deepEqual(tokens, [1, 2]);
});

test("EventRing works on where its counters wrap around", (t) => {
  const ring = new EventRing();
  const cells = new Int32Array(ring.memory);
  cells[HEAD] = cells[TAIL] = 0x7fff_fffe;
  for (const token of [1, 2, 3, 4]) ring.push(token, token);

  const { events } = listen(t, ring);

  deepEqual(
    events.map(([token]) => token),
    [1, 2, 3, 4],
  );
  equal(cells[TAIL], -0x8000_0000 + 2);
});

test("EventRing holds 1024 events", (t) => {
  const ring = new EventRing();
  for (let token = 0; token < CAPACITY; token++) ring.push(token, 1);

  const { events } = listen(t, ring);

  equal(events.length, CAPACITY);
  deepEqual(events.at(-1), [1023, 1]);
});

test("EventRing.push() overwrites no event: with 1024 unread ones it waits, or gives up once stopped", () => {
  const ring = new EventRing();
  const cells = new Int32Array(ring.memory);
  cells[STOPPED] = 1; // so that push() gives up where it would wait
  for (let token = 0; token < CAPACITY + 1; token++) ring.push(token, 7);

  equal(cells[TAIL], 1024);
  deepEqual([...cells.subarray(HEADER, HEADER + 2)], [0, 7]);
});

const PUSHER = `
  import { workerData } from "node:worker_threads";
  const { EventRing } = await import(workerData.module);
  const ring = new EventRing(workerData.memory);
  for (let token = 1; token <= workerData.count; token++) ring.push(token, 1);
  ring.flush();
`;

function startPusher(ring: EventRing, count: number): Worker {
  const module = import.meta.resolve("../../../dist/ffi/event-ring.js");
  const source = new URL(`data:text/javascript,${encodeURIComponent(PUSHER)}`);
  return new Worker(source, { workerData: { module, memory: ring.memory, count } });
}

test("EventRing makes the producer wait while it is full, and loses nothing", async (t) => {
  const ring = new EventRing();
  const exited = once(startPusher(ring, CAPACITY * 3), "exit"); // it may end before all is counted
  const { events, count } = listen(t, ring);

  await count(CAPACITY * 3);
  await exited;

  deepEqual(
    events.map(([token]) => token),
    Array.from({ length: CAPACITY * 3 }, (_, index) => index + 1),
  );
});

test("EventRing.stop() lets a producer go that waits at a full ring", async () => {
  const ring = new EventRing();
  for (let token = 0; token < CAPACITY; token++) ring.push(token, 1);
  const worker = startPusher(ring, 1);
  await once(worker, "online");

  ring.stop();

  await once(worker, "exit");
  equal(ring.stopped, true);
});

test("EventRing.listen() reports nothing after stop()", () => {
  const ring = new EventRing();
  const events: number[] = [];
  ring.push(1, 1);
  ring.stop();

  ring.listen((token) => events.push(token));

  deepEqual(events, []);
});

test("EventRing.stop() reaches a producer that is just about to wait at a full ring", (t) => {
  const ring = new EventRing();
  for (let token = 0; token < CAPACITY; token++) ring.push(token, 1);
  const wait = Atomics.wait;
  const outcomes: string[] = [];
  t.mock.method(Atomics, "wait", (cells: Int32Array, index: number, value: number) => {
    ring.stop();
    const outcome = wait(cells, index, value, 1000); // for ever, were it not a test
    outcomes.push(outcome);
    return outcome;
  });

  ring.push(CAPACITY, 1);

  deepEqual(outcomes, ["not-equal"]);
});

test("EventRing.waitStarted() blocks until the producer has started, and no longer than it may", () => {
  const ring = new EventRing();
  const before = performance.now();

  ring.waitStarted(20);
  ok(performance.now() - before >= 19);

  ring.start();
  ring.waitStarted(Number.POSITIVE_INFINITY);
});

test("EventRing.started() resolves when the producer starts, and at once after that", async () => {
  const ring = new EventRing();
  let hasStarted = false;
  const started = ring.started().then(() => {
    hasStarted = true;
  });
  await new Promise(setImmediate);
  equal(hasStarted, false);

  ring.start();

  await started;
  await ring.started();
});
