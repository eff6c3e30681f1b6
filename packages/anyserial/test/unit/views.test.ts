// Every kind of view, at every place of its memory, and every number at its extremes.

import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { BufferedReader, type SerialPort } from "anyserial";
import { serialPortPair } from "anyserial/testing";
import fc from "fast-check";
import { resizableBuffer } from "../helpers/lost-memory.ts";

/** Memory of `length` bytes. */
const MEMORIES: Readonly<Record<string, (length: number) => ArrayBufferLike>> = {
  ArrayBuffer: (length) => new ArrayBuffer(length),
  SharedArrayBuffer: (length) => new SharedArrayBuffer(length),
  "resizable ArrayBuffer": (length) => resizableBuffer(length, length * 2),
};

type ViewClass = new (memory: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

/** Views, with the size of their elements. */
const VIEWS: Readonly<Record<string, readonly [ViewClass, number]>> = {
  Uint8Array: [Uint8Array, 1],
  Int8Array: [Int8Array, 1],
  Uint8ClampedArray: [Uint8ClampedArray, 1],
  DataView: [DataView, 1],
  Uint16Array: [Uint16Array, 2],
  Float32Array: [Float32Array, 4],
  Float64Array: [Float64Array, 8],
  BigInt64Array: [BigInt64Array, 8],
};

interface Place {
  readonly memory: string;
  readonly view: string;
  readonly offset: number;
  readonly length: number;
  readonly behind: number;
}

const place = fc.record({
  memory: fc.constantFrom(...Object.keys(MEMORIES)),
  view: fc.constantFrom(...Object.keys(VIEWS)),
  /** In elements. */
  offset: fc.integer({ min: 0, max: 5 }),
  length: fc.integer({ min: 1, max: 9 }),
  behind: fc.integer({ min: 0, max: 3 }),
});

function viewAt({ memory, view, offset, length, behind }: Place): {
  view: ArrayBufferView;
  all: Uint8Array;
  at: number;
  size: number;
} {
  const [Class, element] = VIEWS[view] as readonly [ViewClass, number];
  const bytes = (MEMORIES[memory] as (length: number) => ArrayBufferLike)(
    (offset + length + behind) * element,
  );
  const all = new Uint8Array(bytes).fill(0xee);
  const at = offset * element;
  return { view: new Class(bytes as ArrayBuffer, at, length), all, at, size: length * element };
}

test("receiveInto() fills the bytes of any view and no others", async () => {
  await using pair = await serialPortPair();
  await fc.assert(
    fc.asyncProperty(place, async (where) => {
      const { view, all, at, size } = viewAt(where);
      const data = Uint8Array.from({ length: size }, (_, index) => index + 1);
      await pair.b.send(data);
      while ((await pair.a.inputWaiting()) < size) await nextTask();

      equal(await pair.a.receiveInto(view), size);

      const expected = new Uint8Array(all.length).fill(0xee);
      expected.set(data, at);
      deepEqual([...all], [...expected]);
    }),
  );
});

test("send() and trySend() send the bytes of any view and no others", async () => {
  await using pair = await serialPortPair();
  const reader = new BufferedReader(pair.b);
  await fc.assert(
    fc.asyncProperty(place, fc.boolean(), async (where, isTry) => {
      const { view, all, at, size } = viewAt(where);
      for (let index = 0; index < size; index++) all[at + index] = index + 1;

      if (isTry) equal(pair.a.trySend(view), size);
      else await pair.a.send(view);

      deepEqual([...(await reader.receiveExactly(size))], [...all.subarray(at, at + size)]);
    }),
  );
});

test("a view of the pool that Buffer takes its memory from is sent and filled alone", async () => {
  await using pair = await serialPortPair();
  const [first, second, third] = [Buffer.from("one"), Buffer.from("two"), Buffer.from("six")];

  await pair.a.send(second);
  const received = await new BufferedReader(pair.b).receiveExactly(3);
  await pair.b.send(received);
  while ((await pair.a.inputWaiting()) < 3) await nextTask();
  await pair.a.receiveInto(third);

  equal(`${first} ${second} ${third}`, "one two two");
});

/** Calls with a number at its extreme, when three bytes wait: their results. */
const NUMBERS: readonly (readonly [string, (port: SerialPort) => Promise<Uint8Array>, string])[] = [
  ["receive({ maxBytes: 1 })", (port) => port.receive({ maxBytes: 1 }), "a"],
  ["receive({ maxBytes: 2^53 - 1 })", (port) => port.receive({ maxBytes: MOST }), "abc"],
  ["receiveExactly(0)", (port) => port.reader.receiveExactly(0), ""],
  [
    "receiveUntil(…, { maxBytes: 2^53 - 1 })",
    (port) => port.reader.receiveUntil("c", { maxBytes: MOST }),
    "abc",
  ],
];
const MOST = Number.MAX_SAFE_INTEGER;

for (const [name, call, expected] of NUMBERS) {
  test(`${name} receives the bytes of its description`, async () => {
    await using pair = await serialPortPair();
    await pair.b.send(Buffer.from("abc"));
    while ((await pair.a.inputWaiting()) < 3) await nextTask();

    equal(Buffer.from(await call(pair.a)).toString(), expected);
  });
}

test("receiveExactly() of more bytes than will ever come keeps the received ones when it is aborted", async () => {
  await using pair = await serialPortPair();
  const reader = pair.a.reader;
  const controller = new AbortController();
  const receiving = reader.receiveExactly(MOST, controller);
  await pair.b.send(Buffer.from("abc"));
  while (reader.bufferedBytes < 3) await nextTask();

  controller.abort();

  await rejects(receiving, { name: "AbortError" });
  equal(Buffer.from(reader.takeBuffered()).toString(), "abc");
});

for (const wrong of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, MOST + 1, -0, 1n, "1"]) {
  test(`receive() and its kin refuse ${String(wrong)} (${typeof wrong}) bytes`, async () => {
    await using pair = await serialPortPair();
    const { a } = pair;
    const count = wrong as number;
    const invalid = { code: "ERR_INVALID_ARG_VALUE" };

    await rejects(a.receive({ maxBytes: count }), invalid);
    await rejects(a.reader.receiveUntil("x", { maxBytes: count }), invalid);
    await rejects(a.sendBreak({ durationMs: count }), invalid);
    if (wrong !== 0) await rejects(a.reader.receiveExactly(count), invalid);
    await rejects(a.configure({ readChunkSize: count }), invalid);
  });
}
