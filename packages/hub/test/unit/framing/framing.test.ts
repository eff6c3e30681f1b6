// Splitters: the same messages however the stream is cut, and no byte lost or added.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { FramingConfig, FramingKind } from "@anyserial/hub";
import fc from "fast-check";
import { createSplitter, framingOf } from "#internal/framing/framing.js";
import type { Splitter } from "#internal/framing/splitter.js";

const KINDS: readonly FramingKind[] = ["line", "slip", "cobs", "length-prefix", "idle-gap"];

function splitterFor(framing: FramingKind | FramingConfig): Splitter {
  return createSplitter(framingOf(framing)) as Splitter;
}

function split(framing: FramingKind | FramingConfig, chunks: readonly Uint8Array[]): string[] {
  const splitter = splitterFor(framing);
  const messages: string[] = [];
  for (const chunk of chunks) {
    splitter.push(chunk, (message) => messages.push(Buffer.from(message).toString("latin1")));
  }
  return [...messages, Buffer.from(splitter.take()).toString("latin1")];
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
  for (const kind of KINDS) {
    const splitter = splitterFor({ kind, maxMessage: 100 });
    const sizes: number[] = [];

    for (let index = 0; index < 1000; index++) {
      splitter.push(Buffer.alloc(10, 0x7f), (message) => sizes.push(message.length));
      ok(splitter.pending <= 100);
    }

    ok(Math.max(...sizes) <= 100);
    equal(
      sizes.reduce((sum, size) => sum + size, splitter.pending),
      10_000,
    );
  }
});

const stream = fc.array(
  fc.oneof(fc.constantFrom(0, 1, 2, 0x0a, 0xc0), fc.integer({ min: 0, max: 255 })),
  { maxLength: 300 },
);

test("a splitter finds the same messages however the stream is cut", () => {
  for (const kind of KINDS) {
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 20 })), (bytes, cuts) => {
        const all = Uint8Array.from(bytes);
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(all.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(all.subarray(at));
        const framing: FramingConfig = { kind, maxMessage: 16 };

        const whole = split(framing, [all]);

        equal(whole.join(""), Buffer.from(all).toString("latin1"));
        deepEqual(split(framing, chunks), whole);
      }),
    );
  }
});
