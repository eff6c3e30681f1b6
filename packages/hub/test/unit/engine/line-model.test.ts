import { deepEqual, equal, notDeepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { byteTimeMs, garble, LineModel } from "../../../dist/engine/line-model.js";

const SETTINGS = {
  baudRate: 9600,
  dataBits: 8,
  stopBits: 1,
  parity: "none",
  raw: true,
  echo: false,
} as const;

test("byteTimeMs() counts start, parity and stop bits", () => {
  equal(byteTimeMs(SETTINGS), 10_000 / 9600);
  equal(byteTimeMs({ ...SETTINGS, parity: "even", stopBits: 2 }), 12_000 / 9600);
  equal(byteTimeMs({ ...SETTINGS, baudRate: 0 }), 0);
});

test("LineModel lets bytes pass at the rate, whatever the caller's steps", () => {
  const line = new LineModel({ pace: true });
  const byteMs = 1;
  let passed = 0;

  for (let now = 100; now <= 1100; now += 7) {
    const count = line.allowance(now, byteMs);
    line.passed(count, now, byteMs);
    passed += count;
  }

  // Steps of 7 ms of which the first 4 at each are lost as silence would: a burst is at most 3.
  ok(passed <= 1001);
});

test("LineModel passes one byte per byte time to a caller that comes in time", () => {
  const line = new LineModel({ pace: true });
  let passed = 0;

  for (let now = 100; now < 1100; now += 1) {
    const count = line.allowance(now, 1);
    line.passed(count, now, 1);
    passed += count;
  }

  ok(passed >= 1000 && passed <= 1003, String(passed));
});

test("LineModel does not limit without pace", () => {
  equal(new LineModel({}).allowance(0, 1), Number.POSITIVE_INFINITY);
});

test("LineModel delays by the latency, and never lets a later message overtake", () => {
  const line = new LineModel({ latencyMs: 20, jitterMs: 10, seed: 3 });

  const dues = Array.from({ length: 100 }, (_, index) => line.admit(index) as number);

  ok(dues.every((due, index) => due >= index + 20 && due <= index + 30 + 10));
  deepEqual(
    dues,
    [...dues].sort((a, b) => a - b),
  );
});

test("LineModel loses the share of messages that dropRate says, the same ones for a seed", () => {
  const lossesOf = (seed: number): boolean[] => {
    const line = new LineModel({ dropRate: 0.25, seed });
    return Array.from({ length: 4000 }, () => line.admit(0) === undefined);
  };

  const lost = lossesOf(5).filter(Boolean).length;

  ok(lost > 850 && lost < 1150, String(lost));
  deepEqual(lossesOf(5), lossesOf(5));
});

test("LineModel flips the share of bits that bitErrorRate says, however they are cut", () => {
  const zeros = new Uint8Array(20_000);
  const onesIn = (bytes: Uint8Array): number =>
    bytes.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
  const whole = new LineModel({ bitErrorRate: 0.01, seed: 9 }).corrupt(zeros);
  const line = new LineModel({ bitErrorRate: 0.01, seed: 9 });

  const cut = [zeros.subarray(0, 7), zeros.subarray(7, 5000), zeros.subarray(5000)].map((part) =>
    line.corrupt(part),
  );

  deepEqual(Buffer.concat(cut), Buffer.from(whole));
  ok(onesIn(whole) > 1400 && onesIn(whole) < 1800, String(onesIn(whole)));
});

test("LineModel copies nothing while there is no error", () => {
  const bytes = Uint8Array.of(1, 2, 3);

  equal(new LineModel({}).corrupt(bytes), bytes);
});

test("garble() changes nothing at the same rate, and makes garbage at another", () => {
  const bytes = Buffer.from("Hello, serial world");

  deepEqual(Buffer.from(garble(bytes, 9600, 9600).bytes), bytes);
  deepEqual(Buffer.from(garble(bytes, 9600, 9700).bytes), bytes);
  notDeepEqual(Buffer.from(garble(bytes, 9600, 19_200).bytes), bytes);
  notDeepEqual(Buffer.from(garble(bytes, 19_200, 9600).bytes), bytes);
});

test("garble() at half the rate turns U into the bits that a receiver would sample", () => {
  // 0x55 on the line is 0 1010101 0 1: at half the rate, every second bit is seen.
  equal(garble(Uint8Array.of(0x55), 9600, 19_200).bytes.length > 0, true);
});

test("LineModel.corruptCharacters() finds each flip where a UART does", () => {
  const clean = new Uint8Array(5000).fill(0x55);
  const { bytes, broken = [] } = new LineModel({ bitErrorRate: 0.002, seed: 7 }).corruptCharacters(
    clean,
    true,
  );
  const wrong = [...bytes.keys()].filter((at) => bytes[at] !== 0x55);
  const kinds = new Map(broken.map(({ at, error }) => [at, error]));

  // 11 bits a character: 5000 have some 110 flips, of which 8 of 11 are in the data.
  ok(wrong.length > 40 && wrong.length < 130, `${wrong.length} wrong bytes`);
  ok(wrong.every((at) => kinds.has(at) || popCount((bytes[at] ?? 0) ^ 0x55) > 1));
  ok(broken.some(({ at, error }) => error === "framing" && bytes[at] === 0x55));
  ok(broken.some(({ at, error }) => error === "parity" && bytes[at] === 0x55)); // the parity bit itself
  deepEqual(
    broken.map(({ at }) => at),
    [...kinds.keys()].sort((one, other) => one - other),
  );
});

test("LineModel.corruptCharacters() has no parity errors without parity, and returns bytes without errors unchanged", () => {
  const clean = new Uint8Array(5000);
  const model = new LineModel({ bitErrorRate: 0.002 });
  const { broken = [] } = model.corruptCharacters(clean, false);

  ok(broken.length > 0 && broken.every(({ error }) => error === "framing"));
  equal(new LineModel({}).corruptCharacters(clean, true).bytes, clean);
});

test("garble() marks the characters without a stop bit", () => {
  const bytes = Buffer.from("Hello, serial world");

  deepEqual(garble(bytes, 9600, 9600).broken, []);
  ok(garble(bytes, 9600, 57_600).broken.length > 0);
});

function popCount(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
