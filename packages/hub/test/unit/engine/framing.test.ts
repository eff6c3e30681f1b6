// Splitters: the same messages however the stream is cut, and no byte lost or added.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { FramingConfig, FramingKind } from "@anyserial/hub";
import type { FrameSink, Splitter } from "anyserial/framing";
import fc from "fast-check";
import { createSplitter } from "../../../dist/config/framing.js";
import { framingOf } from "../../../dist/engine/framing.js";

/** One of each kind. */
const FRAMINGS: readonly FramingConfig[] = [
  { kind: "line" },
  { kind: "delimited", delimiter: [10, 0] },
  { kind: "fixed-length", length: 7 },
  { kind: "slip" },
  { kind: "cobs" },
  { kind: "length-prefix" },
  { kind: "idle-gap" },
  { kind: "matching", pattern: "[\\n\\0]" },
];
/** Those with bytes between messages. */
const MARKED: readonly FramingConfig[] = [
  { kind: "start-end", start: 2, end: 10, after: 1 },
  { kind: "length-prefix", start: [1, 2], lengthBytes: 1 },
];

function splitterFor(framing: FramingKind | FramingConfig): Splitter {
  return createSplitter(framingOf(framing)) as Splitter;
}

function split(framing: FramingKind | FramingConfig, chunks: readonly Uint8Array[]): string[] {
  const splitter = splitterFor(framing);
  const messages: string[] = [];
  const sink = sinkOf((message) => messages.push(Buffer.from(message).toString("latin1")));
  for (const chunk of chunks) splitter.push(chunk, sink);
  return [...messages, Buffer.from(splitter.take()).toString("latin1")];
}

/** A sink that makes no difference between messages, pieces of them, and bytes between them. */
function sinkOf(pass: (bytes: Uint8Array) => void): FrameSink {
  const range = (bytes: Uint8Array, start: number, end: number): void =>
    pass(bytes.subarray(start, end));
  return { message: range, piece: range, noise: range };
}

const one = (text: string): Uint8Array[] => [Buffer.from(text, "latin1")];

test("createSplitter() has nothing to split with framing raw", () => {
  equal(createSplitter(framingOf("raw")), undefined);
});

test("line ends messages after the delimiter, empty ones too", () => {
  deepEqual(split("line", one("a\n\nbc\nd")), ["a\n", "\n", "bc\n", "d"]);
});

test("line takes another delimiter", () => {
  deepEqual(split({ kind: "line", delimiter: 0x0d }, one("a\rb\n\r")), ["a\r", "b\n\r", ""]);
});

test("slip keeps leading delimiters with their message", () => {
  deepEqual(split("slip", one("\xc0\xc0a\xc0b\xc0\xc0")), ["\xc0\xc0a\xc0", "b\xc0", "\xc0"]);
});

test("cobs ends messages at zero", () => {
  deepEqual(split("cobs", one("\x03ab\0\x02c\0")), ["\x03ab\0", "\x02c\0", ""]);
});

test("length-prefix counts the bytes after its field, in either byte order", () => {
  deepEqual(split("length-prefix", one("\0\x02ab\0\0\0\x01c")), [
    "\0\x02ab",
    "\0\0",
    "\0\x01c",
    "",
  ]);
  deepEqual(
    split({ kind: "length-prefix", lengthBytes: 4, byteOrder: "little" }, one("\x01\0\0\0ab")),
    ["\x01\0\0\0a", "b"],
  );
});

test("idle-gap collects until the caller says that it was silent", () => {
  deepEqual(split("idle-gap", [...one("ab"), ...one("c")]), ["abc"]);
});

test("a splitter passes an endless message on in pieces of bounded size", () => {
  for (const framing of [...FRAMINGS, ...MARKED]) {
    const splitter = splitterFor({ ...framing, maxMessage: 100 });
    const sizes: number[] = [];
    const sink = sinkOf(({ length }) => sizes.push(length));

    for (let index = 0; index < 1000; index++) {
      splitter.push(Buffer.alloc(10, 0x7f), sink);
      ok(splitter.pending <= 100 + MOST_UNDECIDED);
    }

    ok(Math.max(...sizes) <= 100);
    equal(
      sizes.reduce((sum, size) => sum + size, splitter.pending),
      10_000,
    );
  }
});

/** Bytes that may be the beginning of a delimiter. */
const MOST_UNDECIDED = 64;

const stream = fc.array(
  fc.oneof(fc.constantFrom(0, 1, 2, 0x0a, 0xc0), fc.integer({ min: 0, max: 255 })),
  { maxLength: 300 },
);

test("a splitter finds the same messages however the stream is cut", () => {
  for (const framing of FRAMINGS) {
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 20 })), (bytes, cuts) => {
        const all = Uint8Array.from(bytes);
        const short = { ...framing, maxMessage: 16 };

        const whole = split(short, [all]);

        equal(whole.join(""), Buffer.from(all).toString("latin1"));
        deepEqual(split(short, cutUp(all, cuts)), whole);
      }),
    );
  }
});

test("a splitter also passes the bytes between messages, however the stream is cut", () => {
  for (const framing of MARKED) {
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 20 })), (bytes, cuts) => {
        const all = Uint8Array.from(bytes);

        const passed = split({ ...framing, maxMessage: 16 }, cutUp(all, cuts));

        equal(passed.join(""), Buffer.from(all).toString("latin1"));
      }),
    );
  }
});

test("framingOf() fills in the defaults of its kind only", () => {
  deepEqual(framingOf("line"), { kind: "line", delimiter: 10, maxMessage: 4096 });
  deepEqual(framingOf({ kind: "idle-gap", gapMs: 20, maxMessage: undefined }), {
    kind: "idle-gap",
    gapMs: 20,
    maxMessage: 4096,
  });
  deepEqual(framingOf(), { kind: "raw", maxMessage: 4096 });
});

/** Messages of each kind in a stream; the last part is pending. */
const EXAMPLES: readonly (readonly [FramingConfig, stream: string, messages: readonly string[]])[] =
  [
    [{ kind: "delimited", delimiter: "\r\n>" }, "a\r\n>b\r\n", ["a\r\n>", "b\r\n"]],
    [{ kind: "line", delimiter: "\r\n" }, "a\nb\r\nc", ["a\nb\r\n", "c"]],
    [{ kind: "fixed-length", length: 2 }, "abcde", ["ab", "cd", "e"]],
    [{ kind: "start-end", start: 2, end: 3 }, "x\x02a\x03y\x02b", ["x", "\x02a\x03", "y", "\x02b"]],
    [
      { kind: "start-end", start: "<", end: ">", escape: 92, after: 1 },
      "<a\\>b>!c",
      ["<a\\>b>!", "c"],
    ],
    [{ kind: "matching", pattern: "[;,]" }, "a;bc,d", ["a;", "bc,", "d"]],
    [
      { kind: "length-prefix", start: [0xaa], lengthBytes: 1, trailer: 2 },
      "x\xaa\x01a\x99\x99\xaa\x00",
      ["x", "\xaa\x01a\x99\x99", "\xaa\x00"],
    ],
    [
      { kind: "length-prefix", offset: 2, lengthBytes: 1, counts: "all", plus: 1 },
      "ab\x04cdef",
      ["ab\x04cd", "ef"],
    ],
  ];

for (const [framing, bytes, messages] of EXAMPLES) {
  test(`createSplitter() splits by ${JSON.stringify(framing)}`, () => {
    deepEqual(split(framing, one(bytes)), messages);
  });
}

function cutUp(all: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const cut of cuts) {
    chunks.push(all.subarray(at, at + cut));
    at += cut;
  }
  return [...chunks, all.subarray(at)];
}
