// A line with any numbers that a configuration or an application may give it.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { byteTimeMs, garble, LineModel } from "../../dist/engine/line-model.js";

const UINT32_MAX = 0xffff_ffff;
const HOUR_MS = 3_600_000;

/** From 0 to 1, with the numbers next to both. */
const share = fc.oneof(
  fc.constantFrom(0, 5e-324, 1e-300, 1e-17, 1.1e-16, 1e-9, 1 - Number.EPSILON / 2, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const delayMs = fc.oneof(
  fc.constantFrom(0, 5e-324, HOUR_MS),
  fc.double({ min: 0, max: HOUR_MS, noNaN: true }),
);
const rate = fc.oneof(
  fc.constantFrom(1, 2, 50, UINT32_MAX),
  fc.integer({ min: 1, max: UINT32_MAX }),
);
const seed = fc.oneof(fc.constantFrom(0, UINT32_MAX), fc.nat({ max: UINT32_MAX }));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });

test("LineModel.corrupt() answers as many bytes, at whatever rate of errors", () => {
  fc.assert(
    fc.property(share, seed, fc.array(bytes, { maxLength: 5 }), (bitErrorRate, first, messages) => {
      const line = new LineModel({ bitErrorRate, seed: first });
      for (const message of messages) {
        const seen = line.corrupt(message);
        equal(seen.length, message.length);
        if (bitErrorRate === 0) deepEqual(seen, message);
        if (bitErrorRate === 1)
          deepEqual(
            seen,
            message.map((byte) => byte ^ 0xff),
          );
      }
    }),
  );
});

test("LineModel inverts about the configured share of bits", () => {
  for (const bitErrorRate of [1e-4, 0.01, 0.5, 0.99]) {
    const size = 200_000;
    const seen = new LineModel({ bitErrorRate }).corrupt(new Uint8Array(size));
    const wrong = seen.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
    ok(Math.abs(wrong / (size * 8) / bitErrorRate - 1) < 0.2, `${wrong} bits at ${bitErrorRate}`);
  }
});

test("LineModel keeps messages in order, however long they are delayed", () => {
  const config = fc.record({ latencyMs: delayMs, jitterMs: delayMs, dropRate: share, seed });
  fc.assert(
    fc.property(config, fc.array(delayMs, { maxLength: 10 }), (given, steps) => {
      const line = new LineModel(given);
      let [now, last] = [0, 0];
      for (const step of steps) {
        now += step;
        const due = line.admit(now) ?? last;
        ok(due === 0 || due >= last, `${due} after ${last}`);
        ok(due <= now + given.latencyMs + given.jitterMs || due <= last);
        last = Math.max(last, due);
      }
    }),
  );
});

test("LineModel lets a paced line pass at its rate, from 1 to 4294967295 baud", () => {
  const settings = { dataBits: 8, stopBits: 1, parity: "none", raw: true, echo: false } as const;
  fc.assert(
    fc.property(rate, fc.array(delayMs, { minLength: 1, maxLength: 10 }), (baudRate, steps) => {
      const line = new LineModel({ pace: true });
      const byteMs = byteTimeMs({ ...settings, baudRate });
      let [now, passed] = [1000, 0];
      for (const step of steps) {
        now += step;
        const most = line.allowance(now, byteMs);
        ok(Number.isInteger(most), String(most));
        const count = Math.max(0, most);
        line.passed(count, now, byteMs);
        passed += count;
      }
      const burst = steps.length * (1 + 2 / byteMs) + 1;
      ok(passed <= (now - 1000) / byteMs + burst, `${passed} bytes`);
    }),
  );
});

test("garble() ends, with few bytes, at whatever two rates", () => {
  fc.assert(
    fc.property(bytes, rate, rate, (message, sentAt, readAt) => {
      ok(garble(message, sentAt, readAt).bytes.length <= message.length * 10);
    }),
  );
});
