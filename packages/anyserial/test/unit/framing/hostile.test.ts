// Input that never ends a message: bounded memory, and work that grows with its length. A splitter
// that searched the same bytes again would not end before the runner ends it.

import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { custom, delimited, type FrameSink, lines } from "anyserial/framing";
import { type AnyFraming, framings } from "../../helpers/framings.ts";
import { runs } from "../../helpers/runs.ts";

const MAX_LENGTH = 65_536;
/** Bytes that may be the beginning of a delimiter are held beside it. */
const UNDECIDED = 128;

/** Feeds one byte at a time. */
function feed(framing: AnyFraming, byte: number, count: number): void {
  const splitter = framing.split({ line: { baudRate: 9600 } });
  const chunk = Uint8Array.of(byte);
  let passed = 0;
  let most = 0;
  const take: FrameSink["message"] = (_bytes, start, end) => {
    passed += end - start;
  };
  const sink: FrameSink = { message: take, piece: take, noise: take };

  for (let index = 0; index < count; index++) {
    splitter.push(chunk, sink);
    if (splitter.pending > most) most = splitter.pending;
  }

  equal(passed + splitter.pending, count);
  ok(most <= MAX_LENGTH + UNDECIDED, `${most} bytes are pending`);
}

test("lines() takes megabytes without a line end, a byte at a time", () => {
  feed(lines() as AnyFraming, 0x41, runs(2 ** 22));
});

test("delimited() takes megabytes of the beginning of its delimiter, a byte at a time", () => {
  feed(delimited("AAB") as AnyFraming, 0x41, runs(2 ** 19));
});

for (const [name, framing] of Object.entries(framings(MAX_LENGTH))) {
  for (const byte of [0x01, 0xee]) {
    test(`${name} takes more of the byte ${byte} than its longest message, a byte at a time`, () => {
      feed(framing, byte, runs(2 ** 16 + 2 ** 13));
    });
  }
}

test("custom() calls its function once for a chunk, with the number of bytes seen before", () => {
  let calls = 0;
  let bytesToSearch = 0;
  const framing = custom((bytes, searched) => {
    calls++;
    bytesToSearch += bytes.length - searched;
    return 0;
  });

  feed(framing as AnyFraming, 0, 200_000);

  equal(calls, 200_000);
  equal(bytesToSearch, 200_000);
});
