import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { StallWatch } from "#internal/stall-watch.js";
import { ManualClock } from "../helpers/manual-clock.ts";

function create(): { clock: ManualClock; watch: StallWatch; told: string[] } {
  const clock = new ManualClock();
  const told: string[] = [];
  const watch = new StallWatch(clock, 1000, {
    onStall: () => told.push("stall"),
    onRecover: (stalledMs) => told.push(`recover ${stalledMs}`),
  });
  return { clock, watch, told };
}

test("StallWatch tells once that nothing was taken, and once that it goes on", () => {
  const { clock, watch, told } = create();

  watch.waits();
  clock.advance(5000);
  watch.took();
  watch.rests();

  deepEqual(told, ["stall", "recover 5000"]);
});

test("StallWatch tells nothing while a little is taken now and then", () => {
  const { clock, watch, told } = create();
  watch.waits();

  for (let round = 0; round < 10; round++) {
    clock.advance(900);
    watch.took();
  }

  deepEqual(told, []);
  equal(watch.waitedMs, 0);
});

test("StallWatch sets no timer for each byte that is taken", () => {
  const { clock, watch } = create();
  watch.waits();

  for (let round = 0; round < 100; round++) watch.took();

  equal(clock.timersSet, 1);
});

test("StallWatch tells again after a recovery", () => {
  const { clock, watch, told } = create();
  watch.waits();
  clock.advance(1000);
  watch.took();

  clock.advance(1000);

  deepEqual(told, ["stall", "recover 1000", "stall"]);
});

test("StallWatch leaves no timer when nothing waits", () => {
  const { clock, watch } = create();
  watch.waits();

  watch.rests();

  equal(clock.pending, 0);
  equal(watch.isStalled, false);
});
