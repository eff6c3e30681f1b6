import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { StallWatch } from "../../../dist/engine/stall-watch.js";

type Answer = boolean | undefined | Promise<boolean | undefined>;

interface Bench {
  readonly clock: ManualClock;
  readonly watch: StallWatch;
  readonly told: string[];
}

/** @param hasRead Whether the reader has read since this was last asked. */
function create(hasRead: (now: number) => Answer = () => undefined): Bench {
  const clock = new ManualClock();
  const told: string[] = [];
  const watch = new StallWatch(clock, 1000, {
    onStall: () => told.push("stall"),
    onRecover: (stalledMs) => told.push(`recover ${stalledMs}`),
    hasRead: () => hasRead(clock.now()),
  });
  return { clock, watch, told };
}

/** Reads so often, from the beginning to an end; in milliseconds. */
function readerEvery(intervalMs: number, untilMs = Number.POSITIVE_INFINITY) {
  let asked: number | undefined;
  return (now: number): boolean | undefined => {
    const before = asked;
    asked = now;
    if (before === undefined) return undefined;
    return Math.floor(Math.min(now, untilMs) / intervalMs) > Math.floor(before / intervalMs);
  };
}

test("StallWatch reports a stall once, and the recovery once", () => {
  const { clock, watch, told } = create();

  watch.onWaiting();
  clock.advance(5000);
  watch.onTaken();
  watch.onEmpty();

  deepEqual(told, ["stall", "recover 5000"]);
});

test("StallWatch reports nothing while a little is taken now and then", () => {
  const { clock, watch, told } = create();
  watch.onWaiting();

  for (let round = 0; round < 10; round++) {
    clock.advance(900);
    watch.onTaken();
  }

  deepEqual(told, []);
  equal(watch.waitedMs, 0);
});

test("StallWatch sets no timer for each byte that is taken", () => {
  const { clock, watch } = create();
  watch.onWaiting();

  for (let round = 0; round < 100; round++) watch.onTaken();

  equal(clock.timersSet, 1);
});

test("StallWatch reports again after a recovery", () => {
  const { clock, watch, told } = create();
  watch.onWaiting();
  clock.advance(1250);
  watch.onTaken();

  clock.advance(1250);

  deepEqual(told, ["stall", "recover 1250", "stall"]);
});

test("StallWatch leaves no timer when nothing waits", () => {
  const { clock, watch } = create();
  watch.onWaiting();

  watch.onEmpty();

  equal(clock.pending, 0);
  equal(watch.isStalled, false);
});

test("StallWatch does not call a slow reader stalled that reads more often than it has to", () => {
  for (const intervalMs of [1, 100, 750, 999, 1000]) {
    const { clock, watch, told } = create(readerEvery(intervalMs));
    watch.onWaiting();

    clock.advance(60_000);

    deepEqual(told, [], `a read every ${intervalMs} ms`);
    ok(watch.waitedMs <= 1250);
  }
});

test("StallWatch reports a slow reader that stops, at most a quarter of the time late", () => {
  const { clock, watch, told } = create(readerEvery(100, 10_000));
  watch.onWaiting();

  clock.advance(10_999);
  deepEqual(told, []);
  clock.advance(251);

  deepEqual(told, ["stall"]);
});

test("StallWatch reports a recovery when a stalled reader reads steadily, also before there is room", () => {
  let isReading = false;
  const { clock, watch, told } = create(() => isReading);
  watch.onWaiting();
  clock.advance(5000);

  isReading = true;
  clock.advance(3000);

  equal(told.length, 2);
  equal(told[0], "stall");
  match(told[1] as string, /^recover [67]\d{3}$/);
});

test("StallWatch reports no recovery for a read now and then", () => {
  const { clock, watch, told } = create(readerEvery(2500));
  watch.onWaiting();

  clock.advance(60_000);

  deepEqual(told, ["stall"]);
});

test("StallWatch takes answers that come later, unless bytes were taken meanwhile", async () => {
  const answers: ((hasRead: boolean) => void)[] = [];
  const { clock, watch, told } = create(() => new Promise((resolve) => answers.push(resolve)));
  const answerNext = async (hasRead: boolean): Promise<void> => {
    clock.advance(250);
    answers.shift()?.(hasRead);
    await Promise.resolve();
    await Promise.resolve();
  };
  watch.onWaiting();
  for (let look = 0; look < 20; look++) await answerNext(true);
  deepEqual(told, []);

  clock.advance(250);
  watch.onTaken();
  await answerNext(false);
  for (let look = 0; look < 4; look++) await answerNext(false);
  deepEqual(told, []);
  await answerNext(false);

  deepEqual(told, ["stall"]);
  watch.onEmpty();
  equal(clock.pending, 0);
});
