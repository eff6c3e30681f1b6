import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { waitDrained, waitUntil, wireTimeMs } from "#internal/backend/drain.js";

const never = new AbortController().signal;
const FASTEST = 4_294_967_295;

/** Bytes, baud, milliseconds: ten bits a character. */
const TIMES: readonly (readonly [number, number, number])[] = [
  [0, 9600, 0],
  [96, 9600, 100],
  [1, 10, 1000],
  [11_520, 115_200, 1000],
  [1, 0, 10_000],
];
for (const [bytes, baudRate, expected] of TIMES) {
  test(`wireTimeMs() of ${bytes} bytes at ${baudRate} baud is ${expected}`, () => {
    equal(wireTimeMs(bytes, baudRate), expected);
  });
}

test("waitDrained() looks once when the queue is empty", async () => {
  let looks = 0;

  const hadToWait = await waitDrained(
    () => {
      looks++;
      return 0;
    },
    9600,
    never,
  );

  equal(looks, 1);
  equal(hadToWait, false);
});

test("waitDrained() looks until the queue is empty", async () => {
  const left = [9, 5, 1, 0, 7];

  const hadToWait = await waitDrained(() => left.shift() ?? 0, FASTEST, never);

  deepEqual(left, [7]);
  equal(hadToWait, true);
});

test("waitDrained() rejects with the reason of a signal that was aborted before", async () => {
  const reason = new Error("enough");

  await rejects(
    waitDrained(() => 1, FASTEST, AbortSignal.abort(reason)),
    (error) => error === reason,
  );
});

test("waitDrained() rejects with the reason when it is aborted while it waits", async () => {
  const controller = new AbortController();
  const waiting = waitDrained(() => 1, 1, controller.signal);
  controller.abort("enough");

  await rejects(waiting, (error) => error === "enough");
});

test("waitDrained() passes on what the look throws", async () => {
  const failure = new Error("gone");

  await rejects(
    waitDrained(
      () => {
        throw failure;
      },
      9600,
      never,
    ),
    (error) => error === failure,
  );
});

test("waitUntil() looks until it holds", async () => {
  const answers = [false, false, true, false];

  await waitUntil(() => answers.shift() ?? true, never);

  deepEqual(answers, [false]);
});

test("waitUntil() rejects with the signal's reason", async () => {
  const controller = new AbortController();
  const waiting = waitUntil(() => false, controller.signal);
  const reason = new Error("enough");
  controller.abort(reason);

  await rejects(waiting, (error) => error === reason);
});
