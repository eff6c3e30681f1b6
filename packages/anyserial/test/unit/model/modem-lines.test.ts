import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  MODEM_LINES,
  type ModemLineCounts,
  type ModemLineSample,
  type ModemLines,
  modemLineEdges,
  uncountedEdges,
} from "../../../dist/model/modem-lines.js";

const LOW: ModemLines = { cts: false, dsr: false, ri: false, dcd: false };
const NONE: ModemLineCounts = { cts: 0, dsr: 0, ri: 0, dcd: 0 };

function sample(
  lines: Partial<ModemLines>,
  counts: Partial<ModemLineCounts> | undefined = undefined,
): ModemLineSample {
  return {
    lines: { ...LOW, ...lines },
    counts: counts === undefined ? undefined : { ...NONE, ...counts },
  };
}

test("modemLineEdges() finds nothing between equal samples", () => {
  deepEqual(modemLineEdges(sample({}), sample({})), []);
  deepEqual(modemLineEdges(sample({ cts: true }, {}), sample({ cts: true }, {})), []);
});

test("modemLineEdges() reports a change of level where the driver does not count", () => {
  const after = sample({ dsr: true });

  deepEqual(modemLineEdges(sample({}), after), [{ line: "dsr", state: true, lines: after.lines }]);
});

test("modemLineEdges() reports a pulse between two samples", () => {
  const changes = modemLineEdges(sample({}, { cts: 7 }), sample({}, { cts: 9 }));

  deepEqual(
    changes.map(({ line, state }) => [line, state]),
    [
      ["cts", true],
      ["cts", false],
    ],
  );
});

test("modemLineEdges() rounds a count up to the number that the levels require", () => {
  const rising = modemLineEdges(sample({}, {}), sample({ ri: true }, {}));
  const pulse = modemLineEdges(sample({}, {}), sample({}, { ri: 1 }));

  deepEqual(
    rising.map(({ state }) => state),
    [true],
  );
  deepEqual(
    pulse.map(({ state }) => state),
    [true, false],
  );
});

test("modemLineEdges() reports no edge again that is counted later than it is seen", () => {
  const uncounted = uncountedEdges();
  const states = (before: ModemLineSample, after: ModemLineSample): boolean[] =>
    modemLineEdges(before, after, uncounted).map(({ state }) => state);
  const [low, high] = [sample({}, {}), sample({ ri: true }, {})];

  deepEqual(states(low, high), [true]);
  deepEqual(states(high, sample({}, { ri: 1 })), [false]);
  deepEqual(states(sample({}, { ri: 1 }), sample({}, { ri: 2 })), []);
  deepEqual(states(sample({}, { ri: 2 }), sample({}, { ri: 4 })), [true, false]);
});

test("modemLineEdges() reports no edge from before the first sample that is counted after it", () => {
  const uncounted = uncountedEdges(1);
  const states = (before: ModemLineSample, after: ModemLineSample): boolean[] =>
    modemLineEdges(before, after, uncounted).map(({ state }) => state);
  const high = (cts: number): ModemLineSample => sample({ cts: true }, { cts });

  deepEqual(states(high(0), high(1)), []);
  deepEqual(states(high(1), sample({}, { cts: 2 })), [false]);
});

test("modemLineEdges() goes line by line, in a fixed order", () => {
  const all = { cts: true, dsr: true, ri: true, dcd: true };

  deepEqual(
    modemLineEdges(sample({}), sample(all)).map(({ line }) => line),
    ["cts", "dsr", "ri", "dcd"],
  );
});

test("modemLineEdges() takes a counter that went back for no edges", () => {
  deepEqual(modemLineEdges(sample({}, { cts: 100 }), sample({}, { cts: 3 })), []);
});

test("modemLineEdges() reports at most 1024 edges of a line", () => {
  const broken = { cts: 1_000_000, dsr: 0, ri: 0, dcd: 0 };

  equal(modemLineEdges(sample({}, {}), sample({}, broken)).length, 1024);
  equal(modemLineEdges(sample({}, {}), sample({ cts: true }, broken)).length, 1023);
});

const lines = fc.record({
  cts: fc.boolean(),
  dsr: fc.boolean(),
  ri: fc.boolean(),
  dcd: fc.boolean(),
});
const counts = fc.record({
  cts: fc.integer({ min: 0, max: 3000 }),
  dsr: fc.integer({ min: 0, max: 30 }),
  ri: fc.integer({ min: 0, max: 30 }),
  dcd: fc.integer({ min: 0, max: 30 }),
});
const samples = fc.record({ lines, counts: fc.option(counts, { nil: undefined }) });

test("modemLineEdges() alternates each line from its first level to its last", () => {
  fc.assert(
    fc.property(samples, samples, (before, after) => {
      const changes = modemLineEdges(before, after);

      for (const line of MODEM_LINES) {
        let state = before.lines[line];
        for (const change of changes.filter((one) => one.line === line)) {
          equal(change.state, !state);
          state = change.state;
        }
        equal(state, after.lines[line]);
      }
    }),
  );
});

test("modemLineEdges() loses no counted edge below the cap and adds at most one", () => {
  fc.assert(
    fc.property(lines, lines, counts, (from, to, after) => {
      const changes = modemLineEdges({ lines: from, counts: NONE }, { lines: to, counts: after });

      for (const line of MODEM_LINES) {
        const found = changes.filter((one) => one.line === line).length;
        ok(found <= 1024);
        if (after[line] < 1024) ok(found === after[line] || found === after[line] + 1);
      }
    }),
  );
});
