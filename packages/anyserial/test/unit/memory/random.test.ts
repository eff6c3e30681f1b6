import { deepEqual, notDeepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { randomNumbers } from "../../../dist/memory/random.js";

test("randomNumbers() repeats itself for the same seed, and only for that", () => {
  const draw = (seed: number): number[] => {
    const random = randomNumbers(seed);
    return [random(), random(), random()];
  };

  deepEqual(draw(7), draw(7));
  notDeepEqual(draw(7), draw(8));
  ok(draw(7).every((value) => value >= 0 && value < 1));
});
