import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import { RateWatch } from "../../../dist/engine/rate-watch.js";

/** An end whose rate can be set. */
class End {
  readonly name: string;
  baudRate: number | undefined;

  constructor(name: string, baudRate: number | undefined) {
    this.name = name;
    this.baudRate = baudRate;
  }

  get shortName(): string {
    return this.name;
  }

  rateNow(): number | undefined {
    return this.baudRate;
  }
}

function create(): {
  readonly clock: ManualClock;
  readonly told: string[];
  look(from: End, to: End): boolean;
} {
  const clock = new ManualClock();
  const told: string[] = [];
  const watch = new RateWatch<End>(clock, ({ from, to, baudRate, otherBaudRate }) =>
    told.push(`${from.name} ${baudRate}, ${to.name} ${otherBaudRate}`),
  );
  const look = (from: End, to: End): boolean => watch.check(from, to, from.rateNow()) !== undefined;
  return { clock, told, look };
}

test("RateWatch sees a rate that was set a moment ago, whichever end set it", () => {
  const { look } = create();
  const [a, b] = [new End("a", 9600), new End("b", 1200)];

  ok(look(a, b));
  b.baudRate = 9600;
  ok(!look(a, b));
  a.baudRate = 19_200;
  ok(look(a, b));
});

test("RateWatch takes rates that differ by less than 3 %, and ends without a rate, for equal", () => {
  const { look } = create();
  const end = new End("a", 9600);

  ok(!look(end, new End("b", 9800)));
  ok(look(end, new End("b", 10_000)));
  ok(!look(end, new End("b", undefined)));
  ok(!look(end, new End("b", 0)));
});

test("RateWatch reports a mismatch once for both directions, and again at other rates", () => {
  const { clock, told, look } = create();
  const [a, b] = [new End("a", 9600), new End("b", 1200)];

  for (let round = 0; round < 5; round++) {
    look(a, b);
    look(b, a);
    clock.advance(250);
  }
  deepEqual(told, ["a 9600, b 1200"]);
  b.baudRate = 4800;
  look(b, a);
  clock.advance(250);

  deepEqual(told.slice(1), ["b 4800, a 9600"]);
});

test("RateWatch reports nothing of a program that sets its rate just after it has opened its port", () => {
  const { clock, told, look } = create();
  const [a, b] = [new End("a", 9600), new End("b", 115_200)];

  look(a, b);
  b.baudRate = 9600;
  clock.advance(1000);

  deepEqual(told, []);
  equal(clock.pending, 0);
});
