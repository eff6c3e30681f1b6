import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { LineErrorCounts, LineEvent } from "anyserial";
import fc from "fast-check";
import { lineErrorsSince } from "../../../dist/io/line-errors.js";
import { ParmrkInput } from "../../../dist/io/parmrk.js";

const NONE: LineErrorCounts = { framing: 0, parity: 0, overrun: 0, break: 0, bufferOverflow: 0 };

function counts(changes: Partial<LineErrorCounts> = {}): LineErrorCounts {
  return { ...NONE, ...changes };
}

/** Events with their data as plain numbers. */
function eventsOf(input: ParmrkInput): unknown[] {
  const events: unknown[] = [];
  for (let event = input.takeEvent(); event !== undefined; event = input.takeEvent()) {
    events.push(event.kind === "data" ? { kind: "data", data: [...event.data] } : event);
  }
  return events;
}

/** Decodes one read. */
function decode(raw: number[], now: LineErrorCounts | undefined, hasParity = false): unknown[] {
  const input = new ParmrkInput(now === undefined ? undefined : NONE, () => hasParity);
  input.push(Uint8Array.from(raw), now);
  return eventsOf(input);
}

/** Marks of termios(3), the counters after them, whether the line has parity, and the event. */
const MARKS: readonly (readonly [
  string,
  number[],
  Partial<LineErrorCounts> | undefined,
  boolean,
  LineEvent,
])[] = [
  ["a counted break", [0xff, 0, 0], { break: 1 }, true, { kind: "break" }],
  ["a break without counters", [0xff, 0, 0], undefined, true, { kind: "break" }],
  ["a break that was not counted", [0xff, 0, 0], {}, false, { kind: "break" }],
  ["a counted framing error", [0xff, 0, 65], { framing: 1 }, true, { kind: "framing", byte: 65 }],
  ["a counted parity error", [0xff, 0, 65], { parity: 1 }, true, { kind: "parity", byte: 65 }],
  ["a framing error of NUL", [0xff, 0, 0], { framing: 1 }, true, { kind: "framing", byte: 0 }],
  ["a parity error of NUL", [0xff, 0, 0], { parity: 1 }, true, { kind: "parity", byte: 0 }],
  ["a framing error of FF", [0xff, 0, 255], { framing: 1 }, true, { kind: "framing", byte: 255 }],
  ["an uncounted error with parity", [0xff, 0, 7], undefined, true, { kind: "parity", byte: 7 }],
  ["an uncounted error, no parity", [0xff, 0, 7], undefined, false, { kind: "framing", byte: 7 }],
];
for (const [what, raw, after, hasParity, event] of MARKS) {
  test(`ParmrkInput decodes ${what}`, () => {
    const now = after === undefined ? undefined : counts(after);

    deepEqual(decode(raw, now, hasParity), [event]);
  });
}

test("ParmrkInput unescapes FF FF as the byte FF", () => {
  deepEqual(decode([1, 0xff, 0xff, 2, 0xff, 0xff, 0xff, 0xff], counts()), [
    { kind: "data", data: [1, 0xff, 2, 0xff, 0xff] },
  ]);
});

test("ParmrkInput gives data in memory that is shared with nothing else", () => {
  const input = new ParmrkInput(NONE, () => false);
  const raw = Uint8Array.of(1, 2, 0xff, 0, 0, 3, 0xff, 0xff);
  input.push(raw, counts({ break: 1 }));
  input.push(raw.subarray(0, 2), counts({ break: 1 }));

  const data = [1, 2, 3, 4].flatMap(() => {
    const event = input.takeEvent();
    return event?.kind === "data" ? [event.data] : [];
  });

  equal(new Set([raw.buffer, ...data.map(({ buffer }) => buffer)]).size, 4);
  deepEqual(
    data.map(({ length, buffer }) => [length, buffer.byteLength]),
    [
      [2, 2],
      [2, 2],
      [2, 2],
    ],
  );
});

test("ParmrkInput keeps the place of an error between the data", () => {
  deepEqual(decode([1, 2, 0xff, 0, 65, 3, 0xff, 0, 0, 4], counts({ framing: 1, break: 1 })), [
    { kind: "data", data: [1, 2] },
    { kind: "framing", byte: 65 },
    { kind: "data", data: [3] },
    { kind: "break" },
    { kind: "data", data: [4] },
  ]);
});

test("ParmrkInput reports lost characters behind the data of the read that counted them", () => {
  deepEqual(decode([1], counts({ overrun: 2, bufferOverflow: 3 })), [
    { kind: "data", data: [1] },
    { kind: "overrun", count: 5 },
  ]);
});

test("ParmrkInput counts from the sample at the start", () => {
  const input = new ParmrkInput(counts({ overrun: 9, framing: 9 }), () => true);

  input.push(Uint8Array.of(0xff, 0, 65), counts({ overrun: 10, framing: 9, parity: 1 }));

  deepEqual(eventsOf(input), [
    { kind: "parity", byte: 65 },
    { kind: "overrun", count: 1 },
  ]);
});

test("ParmrkInput remembers errors that were counted before their marks were read", () => {
  const input = new ParmrkInput(NONE, () => true);
  const all = counts({ framing: 1, parity: 1 });

  input.push(Uint8Array.of(1), all);
  input.push(Uint8Array.of(0xff, 0, 65), all);
  input.push(Uint8Array.of(0xff, 0, 66), all);

  deepEqual(eventsOf(input), [
    { kind: "data", data: [1] },
    { kind: "framing", byte: 65 },
    { kind: "parity", byte: 66 },
  ]);
});

for (const cut of [1, 2]) {
  test(`ParmrkInput decodes a mark that a read cut after ${cut} of its bytes`, () => {
    const input = new ParmrkInput(NONE, () => false);
    const mark = Uint8Array.of(0xff, 0, 65);

    input.push(mark.subarray(0, cut), NONE);
    deepEqual(eventsOf(input), []);
    input.push(mark.subarray(cut), counts({ framing: 1 }));

    deepEqual(eventsOf(input), [{ kind: "framing", byte: 65 }]);
  });
}

test("ParmrkInput.takeData() skips marks and keeps bytes that do not fit", () => {
  const input = new ParmrkInput(NONE, () => false);
  input.push(Uint8Array.of(1, 2, 0xff, 0, 0, 3, 4, 5), counts({ break: 1 }));
  const into = new Uint8Array(4);
  equal(input.waiting, 5);

  equal(input.takeData(into), 4);
  deepEqual([...into], [1, 2, 3, 4]);
  equal(input.waiting, 1);
  equal(input.takeData(into), 1);
  equal(into[0], 5);

  equal(input.takeData(into), 0);
});

test("ParmrkInput.clear() forgets data, half a mark, and errors that are owed", () => {
  const input = new ParmrkInput(NONE, () => false);
  const once = counts({ parity: 1 });
  input.push(Uint8Array.of(1, 0xff, 0), once);

  input.clear();
  input.push(Uint8Array.of(0xff, 0, 65), once);

  equal(input.waiting, 0);
  deepEqual(eventsOf(input), [{ kind: "framing", byte: 65 }]);
});

/** An item on the wire: a byte, a break, or a broken character. */
type Item = { readonly byte: number } | { readonly error: number } | { readonly isBreak: true };

const anyByte = fc.oneof(fc.constantFrom(0xff, 0), fc.integer({ min: 0, max: 255 }));
const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 5, arbitrary: anyByte.map((byte) => ({ byte })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 255 }).map((error) => ({ error })) },
  { weight: 1, arbitrary: fc.constant({ isBreak: true } as const) },
);

/** The kernel's side of it: raw bytes, and the counters behind each of them. */
function onTheWire(items: readonly Item[], kind: "framing" | "parity") {
  const raw: number[] = [];
  const after: LineErrorCounts[] = [];
  let now = NONE;
  for (const one of items) {
    let bytes: number[];
    if ("byte" in one) bytes = one.byte === 0xff ? [0xff, 0xff] : [one.byte];
    else if ("error" in one) {
      now = { ...now, [kind]: now[kind] + 1 };
      bytes = [0xff, 0, one.error];
    } else {
      now = { ...now, break: now.break + 1 };
      bytes = [0xff, 0, 0];
    }
    raw.push(...bytes);
    after.push(...bytes.map(() => now));
  }
  return { raw, after };
}

/** The events that are to come of it, with data byte by byte. */
function expectedOf(items: readonly Item[], kind: "framing" | "parity"): unknown[] {
  return items.map((one) => {
    if ("byte" in one) return one.byte;
    return "error" in one ? { kind, byte: one.error } : { kind: "break" };
  });
}

function flat(input: ParmrkInput): unknown[] {
  return (eventsOf(input) as { kind: string; data: number[] }[]).flatMap((event): unknown[] =>
    event.kind === "data" ? event.data : [event],
  );
}

for (const kind of ["framing", "parity"] as const) {
  test(`ParmrkInput decodes data, breaks and ${kind} errors, however the reads are cut`, () => {
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (items, sizes) => {
          const { raw, after } = onTheWire(items, kind);
          const input = new ParmrkInput(NONE, () => true);
          const found: unknown[] = [];
          for (let at = 0, turn = 0; at < raw.length; turn++) {
            const end = Math.min(raw.length, at + (sizes[turn % sizes.length] ?? 1));
            input.push(Uint8Array.from(raw.slice(at, end)), after[end - 1]);
            found.push(...flat(input));
            at = end;
          }

          deepEqual(found, expectedOf(items, kind));
        },
      ),
    );
  });
}

test("ParmrkInput decodes the same without counters, where the line shows the kind", () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 60 }), fc.boolean(), (items, hasParity) => {
      const kind = hasParity ? "parity" : "framing";
      const input = new ParmrkInput(undefined, () => hasParity);

      input.push(Uint8Array.from(onTheWire(items, kind).raw), undefined);

      deepEqual(flat(input), expectedOf(items, kind));
    }),
  );
});

test("lineErrorsSince() gives differences, never below 0, and 0 without a later sample", () => {
  const before = counts({ framing: 5, parity: 9 });

  deepEqual(lineErrorsSince(counts({ framing: 7, parity: 2, break: 1 }), before), {
    framing: 2,
    parity: 0,
    overrun: 0,
    break: 1,
    bufferOverflow: 0,
  });
  deepEqual(lineErrorsSince(undefined, before), NONE);
  deepEqual(lineErrorsSince(counts({ overrun: 3 }), undefined), counts({ overrun: 3 }));
});
