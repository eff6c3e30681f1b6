import { equal } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { FullMark } from "../../../dist/engine/full-mark.js";
import { Queue } from "../../../dist/engine/queue.js";

function create(limit: number): {
  readonly clock: ManualClock;
  readonly mark: FullMark;
  /** Looks at a queue that holds so much. */
  look(bytes: number, mayWait?: boolean): boolean;
} {
  const clock = new ManualClock();
  const mark = new FullMark(clock);
  const look = (bytes: number, mayWait = true): boolean => {
    const queue = new Queue({ limit, overflow: "backpressure", whole: false, onLost: () => 0 });
    if (bytes > 0) queue.push(new Uint8Array(bytes));
    mark.update(queue, mayWait);
    return mark.isFull;
  };
  return { clock, mark, look };
}

test("FullMark lets senders wait until there is room to spare", () => {
  const { look } = create(65_536);

  equal(look(65_535), false);
  equal(look(65_536), true);
  equal(look(61_441), true);
  equal(look(61_440), false);
});

test("FullMark lets senders go on with any room after a while", () => {
  const { clock, look } = create(65_536);
  look(65_536);
  clock.advance(249);
  equal(look(65_535), true);

  clock.advance(1);

  equal(look(65_536), true);
  equal(look(65_535), false);
  equal(look(65_536), true);
  equal(look(65_535), true);
});

test("FullMark of a small queue wants half of it, and of the smallest all", () => {
  const small = create(100);
  small.look(100);
  equal(small.look(51), true);
  equal(small.look(50), false);

  const smallest = create(1);
  equal(smallest.look(1), true);
  equal(smallest.look(0), false);
});

test("FullMark is never full where senders do not wait", () => {
  const { look } = create(100);

  equal(look(100, false), false);
  equal(look(100), true);
  equal(look(100, false), false);
});
