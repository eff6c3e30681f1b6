import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { type FaultOperation, FaultPlan, type FaultPlanOptions } from "anyserial/testing";
import fc from "fast-check";

/** The next decisions of one direction, as words: `again`, or the bytes that may be moved. */
function decisions(plan: FaultPlan, operation: FaultOperation, count: number): unknown[] {
  return Array.from({ length: count }, () => {
    const decision = plan.next(operation, 100);
    return decision.action === "transfer" ? decision.maxBytes : decision.action;
  });
}

test("FaultPlan without options lets every call through whole", () => {
  const plan = new FaultPlan();

  deepEqual(decisions(plan, "read", 3), [100, 100, 100]);
  equal(plan.isDisconnectDue, false);
  equal(plan.latencyMs, 0);
  equal(plan.bytesPerSecond, Number.POSITIVE_INFINITY);
});

test("FaultPlan puts a burst before every Nth call that is let through", () => {
  const plan = new FaultPlan({ eagain: { times: 2, everyCalls: 3 } });

  deepEqual(decisions(plan, "read", 10), [
    100,
    100,
    "again",
    "again",
    100,
    100,
    100,
    "again",
    "again",
    100,
  ]);
});

test("FaultPlan puts interrupts before a storm", () => {
  const plan = new FaultPlan({ eagain: { times: 1 }, eintr: { times: 2 } });

  deepEqual(decisions(plan, "write", 4), ["interrupt", "interrupt", "again", 100]);
});

test("FaultPlan hits one direction only when a burst is for that one", () => {
  const plan = new FaultPlan({ eintr: { times: 1, on: "write" } });

  deepEqual(decisions(plan, "read", 2), [100, 100]);
  deepEqual(decisions(plan, "write", 2), ["interrupt", 100]);
});

test("FaultPlan cuts reads and writes short, each by its own option", () => {
  const plan = new FaultPlan({ shortReads: { maxBytes: 3 }, shortWrites: { maxBytes: 200 } });

  deepEqual(decisions(plan, "read", 1), [3]);
  deepEqual(decisions(plan, "write", 1), [100]);
  equal(plan.counts.short, 1);
});

test("FaultPlan cuts a share of the calls short that its probability names", () => {
  const plan = new FaultPlan({ shortReads: { maxBytes: 1, probability: 0.25 }, seed: 7 });
  const cut = decisions(plan, "read", 4000).filter((bytes) => bytes === 1).length;

  equal(plan.counts.short, cut);
  equal(cut > 800 && cut < 1200, true, `${cut} of 4000`);
});

test("FaultPlan disconnects at the Nth call, and at every later one", () => {
  const plan = new FaultPlan({ disconnectOnCall: 3 });

  deepEqual(decisions(plan, "read", 2), [100, 100]);
  equal(plan.isDisconnectDue, false);
  deepEqual(decisions(plan, "write", 2), ["disconnect", "disconnect"]);
  equal(plan.isDisconnectDue, true);
});

test("FaultPlan disconnects after the Nth byte, and moves not one more", () => {
  const plan = new FaultPlan({ disconnectAfterBytes: 150 });

  deepEqual(decisions(plan, "write", 1), [100]);
  plan.transferred(100);
  deepEqual(decisions(plan, "read", 1), [50]);
  equal(plan.isDisconnectDue, false);
  plan.transferred(50);
  equal(plan.isDisconnectDue, true);
  deepEqual(decisions(plan, "read", 1), ["disconnect"]);
});

test("FaultPlan counts its faults", () => {
  const plan = new FaultPlan({ eintr: { times: 2 }, eagain: { times: 1, on: "read" } });
  decisions(plan, "read", 4);
  decisions(plan, "write", 3);
  plan.transferred(7);

  deepEqual(plan.counts, { reads: 4, writes: 3, bytes: 7, eagain: 1, eintr: 4, short: 0 });
});

const WRONG: readonly FaultPlanOptions[] = [
  { disconnectAfterBytes: -1 },
  { disconnectOnCall: 0 },
  { eagain: { times: 0 } },
  { eintr: { times: 1.5 } },
  { eintr: { times: 1, everyCalls: 0 } },
  { eagain: { times: 1, probability: 1.1 } },
  { shortReads: { maxBytes: 0 } },
  { shortWrites: { maxBytes: 1, probability: -0.1 } },
  { latencyMs: -1 },
  { bytesPerSecond: 0 },
  { bytesPerSecond: Number.NaN },
  { seed: 2 ** 32 },
];

for (const options of WRONG) {
  test(`FaultPlan refuses ${JSON.stringify(options)}`, () => {
    throws(() => new FaultPlan(options), { code: "ERR_INVALID_ARG_VALUE" });
  });
}

const burst = fc.record({
  times: fc.integer({ min: 1, max: 5 }),
  everyCalls: fc.integer({ min: 1, max: 5 }),
  probability: fc.double({ min: 0, max: 1, noNaN: true }),
});
const short = fc.record({
  maxBytes: fc.integer({ min: 1, max: 120 }),
  probability: fc.double({ min: 0, max: 1, noNaN: true }),
});
const anyOptions = fc.record({
  seed: fc.integer({ min: 0, max: 0xffff_ffff }),
  eagain: burst,
  eintr: burst,
  shortReads: short,
  shortWrites: short,
});

test("FaultPlan makes the same decisions again, whatever the other direction does", () => {
  fc.assert(
    fc.property(anyOptions, fc.integer({ min: 0, max: 20 }), (options, others) => {
      const first = new FaultPlan(options);
      const second = new FaultPlan(options);
      decisions(second, "write", others);

      deepEqual(decisions(second, "read", 40), decisions(first, "read", 40));
    }),
  );
});

test("FaultPlan lets a call through after at most one burst of each kind", () => {
  fc.assert(
    fc.property(anyOptions, (options) => {
      let failures = 0;
      for (const decision of decisions(new FaultPlan(options), "read", 200)) {
        failures = typeof decision === "number" ? 0 : failures + 1;
        equal(failures <= options.eagain.times + options.eintr.times, true);
      }
    }),
  );
});
