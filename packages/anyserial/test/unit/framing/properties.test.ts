// Properties of every framing: the same messages for any cuts, sent messages are received, and no
// input takes more memory or work than its length.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { FrameSink } from "anyserial/framing";
import fc from "fast-check";
import { cuts, cutUp, decodeAll, latin1, oneByOne, shown } from "../../helpers/framing.ts";
import { framings } from "../../helpers/framings.ts";
import { runs } from "../../helpers/runs.ts";

const byte = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 2, 3, 0x0a, 0x0d, 0xc0, 0xdb, 0xdc) },
  fc.integer({ min: 0, max: 255 }),
);
const stream = fc
  .array(byte, { maxLength: 300, size: "max" })
  .map((bytes) => Uint8Array.from(bytes));

for (const maxLength of [16, 200]) {
  for (const [name, framing] of Object.entries(framings(maxLength))) {
    test(`${name} finds the same messages whatever the cuts, of at most ${maxLength} bytes`, () => {
      fc.assert(
        fc.property(stream, cuts, (bytes, lengths) => {
          const whole = decodeAll(framing, [bytes]);

          deepEqual(decodeAll(framing, cutUp(bytes, lengths)), whole);
          deepEqual(decodeAll(framing, oneByOne(bytes)), whole);
        }),
        { numRuns: runs(60) },
      );
    });

    test(`${name} splits a stream without losing, adding or holding a byte, in up to ${maxLength}`, () => {
      fc.assert(
        fc.property(stream, cuts, (bytes, lengths) => {
          const splitter = framing.split({ line: { baudRate: 9600 } });
          const parts: Uint8Array[] = [];
          const take: FrameSink["message"] = (from, start, end) => {
            ok(end - start <= framing.maxLength);
            parts.push(Uint8Array.from(from.subarray(start, end)));
          };
          const sink: FrameSink = { message: take, piece: take, noise: take };

          for (const chunk of cutUp(bytes, lengths)) splitter.push(chunk, sink);
          parts.push(Uint8Array.from(splitter.take()));

          equal(Buffer.concat(parts).toString("hex"), Buffer.from(bytes).toString("hex"));
        }),
        { numRuns: runs(30) },
      );
    });
  }
}

const payload = fc
  .array(byte, { minLength: 1, maxLength: 60 })
  .map((bytes) => Uint8Array.from(bytes));

for (const [name, framing] of Object.entries(framings(200))) {
  if (name === "matching nothing") continue; // it has nothing to send behind a message
  test(`${name} receives the messages that it sends`, () => {
    let sent = 0;
    fc.assert(
      fc.property(fc.array(payload, { minLength: 1, maxLength: 5 }), cuts, (payloads, lengths) => {
        const packed: Uint8Array[] = [];
        const expected: string[] = [];
        for (const bytes of payloads) {
          const message = messageFor(name, bytes);
          try {
            const frame = framing.encode(message as never);
            deepEqual(shown(framing.decode(frame)), shown(message));
            packed.push(frame);
            expected.push(shown(message));
          } catch (error) {
            equal((error as { code?: string }).code, "ERR_INVALID_ARG_VALUE");
          }
        }
        sent += packed.length;
        const chunks = cutUp(Buffer.concat(packed), lengths);
        const isJoined = name === "idleGap" && expected.length > 0;
        deepEqual(decodeAll(framing, chunks), isJoined ? [expected.join("")] : expected);
      }),
      { numRuns: runs(60) },
    );
    ok(sent > 100, `${sent} messages were sent`);
  });
}

/** A message of the framing, from random bytes. */
function messageFor(name: string, bytes: Uint8Array): string | Uint8Array {
  if (name.startsWith("lines") || name === "matching") {
    const text = Buffer.from(bytes)
      .toString("latin1")
      .replaceAll(/[\r\na-c]/g, "x");
    return name.includes("crlf") || name === "matching"
      ? text
      : text.replaceAll(/[^\0-\x7f]/g, "é");
  }
  if (name === "fixedLength") return Uint8Array.from({ length: 7 }, (_, at) => bytes[at] ?? 0);
  const plain = bytes.filter((value) => value > 3 && value !== 0x0a);
  if (name.startsWith("delimited")) return plain;
  if (name === "startEnd" || name === "startEnd, long") return Buffer.concat([plain, latin1("xy")]);
  return name === "custom" ? Uint8Array.of(1, 3, ...latin1("abc")) : bytes;
}
