import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { PacedLine } from "../../../dist/engine/paced-line.js";
import { Queue } from "../../../dist/engine/queue.js";

function create(line: ConstructorParameters<typeof PacedLine>[0]): {
  readonly clock: ManualClock;
  readonly queue: Queue;
  readonly line: PacedLine;
  readonly rate: { byteMs: number; asked: number };
} {
  const clock = new ManualClock();
  const rate = { byteMs: 1, asked: 0 };
  const byteMs = (): number => {
    rate.asked++;
    return rate.byteMs;
  };
  const queue = new Queue({ limit: 1000, overflow: "backpressure", whole: false, onLost: () => 0 });
  return { clock, queue, line: new PacedLine(line, { clock, byteMs }), rate };
}

/** Lets out the bytes that may go out now. */
function pass({ line, queue }: { readonly line: PacedLine; readonly queue: Queue }): number {
  const count = line.ready(queue).length;
  line.passed(count);
  queue.shift(count);
  return count;
}

test("PacedLine uses the rate of the moment, also for bytes that wait already", () => {
  const bench = create({ pace: true });
  bench.queue.push(new Uint8Array(500));
  pass(bench);
  const passedIn = (ms: number): number => {
    bench.clock.advance(ms);
    return pass(bench);
  };

  equal(passedIn(2), 2);
  bench.rate.byteMs = 0.125;
  equal(passedIn(2), 16);
  bench.rate.byteMs = 2;
  equal(passedIn(2), 1);
});

test("PacedLine asks for no rate without pace", () => {
  const bench = create({ latencyMs: 1 });
  bench.queue.push(new Uint8Array(500));

  equal(pass(bench), 500);

  equal(bench.rate.asked, 0);
});

test("PacedLine calls back once when more may go out, and not after stop()", () => {
  const bench = create({ pace: true });
  const called: number[] = [];
  bench.queue.push(new Uint8Array(10), 20);

  for (let round = 0; round < 3; round++)
    bench.line.later(bench.queue, () => called.push(bench.clock.now()));
  bench.clock.advance(100);
  bench.line.later(bench.queue, () => called.push(bench.clock.now()));
  bench.line.stop();
  bench.clock.advance(100);

  deepEqual(called, [20]);
  equal(bench.line.isTimed, false);
});
