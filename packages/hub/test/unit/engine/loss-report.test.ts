import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { LossReport } from "../../../dist/engine/loss-report.js";

function create(isHeldUp = (): boolean => false): {
  readonly clock: ManualClock;
  readonly losses: LossReport;
  readonly told: string[];
} {
  const clock = new ManualClock();
  const told: string[] = [];
  const losses = new LossReport(clock, {
    onFirst: ({ bytes }) => told.push(`first ${bytes}`),
    onTotal: ({ bytes, messages }, durationMs) =>
      told.push(`total ${bytes} in ${messages} within ${durationMs}`),
    isHeldUp,
  });
  return { clock, losses, told };
}

test("LossReport reports the first loss at once, and the total after a second without another", () => {
  const { clock, losses, told } = create();

  for (let round = 0; round < 100; round++) {
    losses.lose(10);
    clock.advance(50);
  }
  deepEqual(told, ["first 10"]);
  clock.advance(1000);

  deepEqual(told, ["first 10", "total 1000 in 100 within 4950"]);
  equal(clock.pending, 0);
});

test("LossReport begins anew after a total", () => {
  const { clock, losses, told } = create();
  losses.lose(1);
  clock.advance(1000);

  losses.lose(2);
  clock.advance(1000);

  deepEqual(told, ["first 1", "total 1 in 1 within 0", "first 2", "total 2 in 1 within 0"]);
});

test("LossReport sums up losses without end once a minute", () => {
  const { clock, losses, told } = create();

  for (let second = 0; second < 150; second++) {
    losses.lose(1);
    clock.advance(500);
    losses.lose(1);
    clock.advance(500);
  }
  losses.end();

  equal(told.filter((text) => text.startsWith("first")).length, 3);
  const totals = told.flatMap((text) => /^total (\d+)/.exec(text)?.[1] ?? []).map(Number);
  equal(totals.length, 3);
  equal(
    totals.reduce((sum, bytes) => sum + bytes, 0),
    300,
  );
});

test("LossReport leaves the total of a held-up reader to the report of its recovery", () => {
  let isHeldUp = true;
  const { clock, losses, told } = create(() => isHeldUp);
  losses.lose(5);
  losses.lose(6);
  clock.advance(600_000);

  const taken = losses.take();
  isHeldUp = false;
  clock.advance(600_000);

  deepEqual(taken, { bytes: 11, messages: 2 });
  deepEqual(told, ["first 5"]);
});

test("LossReport adds losses that are reported by themselves to the total only", () => {
  const { clock, losses, told } = create();

  losses.add(7);
  clock.advance(1000);

  deepEqual(told, ["total 7 in 1 within 0"]);
});
