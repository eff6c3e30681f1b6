// Text of received messages: short ones are decoded many at a time, which must not show.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { type LinesOptions, lines } from "anyserial/framing";
import fc from "fast-check";
import { cuts, cutUp, decodeAll, latin1, type Outcome } from "../../helpers/framing.ts";
import { runs } from "../../helpers/runs.ts";

/** ASCII, sequences of two to four bytes, and parts of such sequences; no line ends. */
const piece = fc.oneof(
  fc.integer({ min: 1, max: 400 }).map((length) => latin1("x".repeat(length))),
  fc.constantFrom("é", "€", "😀", "\ufffd", "\ufeff").map((text) => Buffer.from(text)),
  fc.constantFrom("\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f", "\xed\xa0\x80").map(latin1),
);
const line = fc
  .array(piece, { maxLength: 6 })
  .map((pieces) => Uint8Array.from(Buffer.concat(pieces)));
const someLines = fc.array(line, { minLength: 1, maxLength: 40, size: "max" });

const MODELS: readonly [string, LinesOptions, (bytes: Uint8Array) => Outcome][] = [
  ["UTF-8", {}, (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)],
  ["strict UTF-8", { fatal: true }, strictText],
  ["latin1", { encoding: "latin1" }, (bytes) => String.fromCharCode(...bytes)],
];

for (const [name, options, model] of MODELS) {
  test(`lines() reads ${name} as it reads each line alone, in chunks of any length`, () => {
    fc.assert(
      fc.property(someLines, cuts, (all, lengths) => {
        const stream = Uint8Array.from(
          Buffer.concat(all.flatMap((bytes) => [bytes, latin1("\n")])),
        );

        const longer = lengths.map((length) => length * 100);

        deepEqual(decodeAll(lines(options), cutUp(stream, longer)), all.map(model));
      }),
      { numRuns: runs(60) },
    );
  });
}

function strictText(bytes: Uint8Array): Outcome {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { error: "ERR_SERIAL_FRAME" };
  }
}
