import { equal } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { IdleRelease } from "../../../dist/engine/idle-release.js";

function setUp(): {
  clock: ManualClock;
  release: IdleRelease;
  holder: { isUsed: boolean; count: number };
} {
  const clock = new ManualClock();
  const holder = {
    isUsed: false,
    count: 0,
    release(): void {
      this.count++;
    },
  };
  return { clock, release: new IdleRelease(clock, holder), holder };
}

test("IdleRelease releases memory that was unused for a second", () => {
  const { clock, release, holder } = setUp();

  release.onEmpty();
  clock.advance(999);
  equal(holder.count, 0);
  clock.advance(1);

  equal(holder.count, 1);
  equal(clock.pending, 0);
});

test("IdleRelease keeps memory that is in use when the time is over", () => {
  const { clock, release, holder } = setUp();

  release.onEmpty();
  holder.isUsed = true;
  clock.advance(5000);

  equal(holder.count, 0);
});

test("IdleRelease sets one timer for many uses, and none after close()", () => {
  const { clock, release } = setUp();

  for (let use = 0; use < 100; use++) release.onEmpty();
  equal(clock.timersSet, 1);
  release.close();

  equal(clock.pending, 0);
});
