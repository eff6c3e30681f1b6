import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../../dist/engine/backoff.js";

const PAUSES = { firstMs: 0, secondMs: 100, longestMs: 1000, stableMs: 5000 } as const;

test("Backoff doubles its pauses up to the longest while failures follow each other", () => {
  let now = 0;
  const backoff = new Backoff(PAUSES, () => now);
  const pauses = Array.from({ length: 7 }, () => {
    const pauseMs = backoff.next();
    now += pauseMs + PAUSES.stableMs - 1;
    return pauseMs;
  });

  deepEqual(pauses, [0, 100, 200, 400, 800, 1000, 1000]);
});

test("Backoff begins anew when nothing has failed for a while", () => {
  let now = 0;
  const backoff = new Backoff(PAUSES, () => now);
  for (let failures = 0; failures < 3; failures++) backoff.next();
  now += 200 + PAUSES.stableMs;

  deepEqual([backoff.next(), backoff.next()], [0, 100]);
});
