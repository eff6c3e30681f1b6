import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { Mutex } from "#internal/io/mutex.js";
import { nextTurn, Turns } from "#internal/io/turns.js";

test("Turns.isOver() is true at every 32nd operation", () => {
  const turns = new Turns();

  const answers = Array.from({ length: 70 }, () => turns.isOver());

  deepEqual(
    answers.flatMap((isOver, index) => (isOver ? [index + 1] : [])),
    [32, 64],
  );
});

test("Turns.waited() starts the count anew", () => {
  const turns = new Turns();
  for (let count = 0; count < 31; count++) turns.isOver();

  turns.waited();

  equal(turns.isOver(), false);
});

test("nextTurn() lets immediates run that were scheduled before", async () => {
  let hasRun = false;
  setImmediate(() => {
    hasRun = true;
  });

  await nextTurn();

  equal(hasRun, true);
});

test("Mutex.run() runs one after the other, in the order of the calls", async () => {
  const mutex = new Mutex();
  const order: string[] = [];
  const slow = mutex.run(async () => {
    order.push("first begins");
    await nextTurn();
    order.push("first ends");
  });
  const quick = mutex.run(() => order.push("second"));

  await Promise.all([slow, quick]);

  deepEqual(order, ["first begins", "first ends", "second"]);
});

test("Mutex.run() gives the result, and goes on after a failure", async () => {
  const mutex = new Mutex();
  const failing = mutex.run(() => {
    throw new Error("no");
  });
  const next = mutex.run(() => 7);

  equal(await failing.catch((error: Error) => error.message), "no");
  equal(await next, 7);
});
