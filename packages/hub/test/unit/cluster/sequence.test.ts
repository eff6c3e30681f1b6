// What a receiver makes of the numbers of a sender: cases by hand, and a model of every message under loss,
// duplication, reordering, partitions and restarts.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Missing, type Numbered, Sequence } from "../../../dist/cluster/sequence.js";

const data = (epoch: number, sequence: number, skipped = 0): Numbered => ({
  kind: "data",
  epoch,
  sequence,
  skipped,
});
const mark = (epoch: number, sequence: number, skipped = 0): Numbered => ({
  ...data(epoch, sequence, skipped),
  kind: "mark",
});

/** Passes messages through a sequence. @returns What it did, in order. */
function log(messages: readonly Numbered[], holdMessages?: number): readonly string[] {
  const lines: string[] = [];
  const hold = holdMessages === undefined ? undefined : { messages: holdMessages };
  const sequence = new Sequence<Numbered>(
    {
      deliver: ({ epoch, sequence: number }) => lines.push(`${epoch}.${number}`),
      missing: ({ epoch, from, to }) => lines.push(`missing ${epoch}.${from}-${to}`),
      restarted: ({ epoch, lastSequence }) => lines.push(`restart ${epoch} after ${lastSequence}`),
    },
    hold,
  );
  for (const message of messages) sequence.accept(message);
  return lines;
}

test("Sequence passes messages on once and in order", () => {
  deepEqual(log([data(1, 1), data(1, 2), data(1, 2), data(1, 1), data(1, 3)]), [
    "1.1",
    "1.2",
    "1.3",
  ]);
});

test("Sequence begins with the first message that it receives", () => {
  deepEqual(log([data(1, 40), data(1, 41)]), ["1.40", "1.41"]);
  deepEqual(log([mark(1, 40), data(1, 42)]), ["missing 1.41-41", "1.42"]);
});

test("Sequence reports missing messages in front of the next one, and drops late ones", () => {
  deepEqual(log([data(1, 1), data(1, 4), data(1, 3), data(1, 5)]), [
    "1.1",
    "missing 1.2-3",
    "1.4",
    "1.5",
  ]);
});

test("Sequence reports losses at the end by a mark", () => {
  deepEqual(log([data(1, 1), mark(1, 3), mark(1, 3), data(1, 4)]), ["1.1", "missing 1.2-3", "1.4"]);
});

test("Sequence reports losses that the sender announces", () => {
  deepEqual(log([data(1, 1), data(1, 4, 2)], 10), ["1.1", "missing 1.2-3", "1.4"]);
  deepEqual(log([data(1, 1), mark(1, 3, 2), data(1, 4)], 10), ["1.1", "missing 1.2-3", "1.4"]);
});

test("Sequence counts from 1 after a restart, and drops messages from before it", () => {
  deepEqual(log([data(1, 5), data(2, 2), data(1, 5), data(1, 7), data(2, 3)]), [
    "1.5",
    "restart 2 after 5",
    "missing 2.1-1",
    "2.2",
    "missing 1.6-7",
    "2.3",
  ]);
});

test("Sequence with a hold waits for messages that come later", () => {
  deepEqual(log([data(1, 1), data(1, 3), data(1, 5), data(1, 2), data(1, 4)], 10), [
    "1.1",
    "1.2",
    "1.3",
    "1.4",
    "1.5",
  ]);
});

test("Sequence with a hold keeps a message that a mark without losses precedes", () => {
  deepEqual(log([data(1, 1), data(1, 3), mark(1, 2), data(1, 2)], 10), ["1.1", "1.2", "1.3"]);
});

test("Sequence with a hold waits for no more messages than its limit", () => {
  deepEqual(log([data(1, 1), data(1, 3), data(1, 4), data(1, 5)], 2), [
    "1.1",
    "missing 1.2-2",
    "1.3",
    "1.4",
    "1.5",
  ]);
});

test("Sequence with a hold waits for nothing in front of the next message once it is settled", () => {
  const lines: string[] = [];
  const sequence = new Sequence<Numbered>(
    {
      deliver: (message) => lines.push(`${message.sequence}`),
      missing: ({ from, to }) => lines.push(`missing ${from}-${to}`),
      restarted: () => undefined,
    },
    { messages: 10 },
  );
  sequence.accept(data(1, 1));
  sequence.settle();
  for (const message of [data(1, 500), data(1, 502), data(1, 501)]) sequence.accept(message);

  deepEqual(lines, ["1", "missing 2-499", "500", "501", "502"]);
});

test("Sequence with a hold gives up waiting when the sender starts again", () => {
  deepEqual(log([data(1, 1), data(1, 3), data(2, 1)], 10), [
    "1.1",
    "missing 1.2-2",
    "1.3",
    "restart 2 after 3",
    "2.1",
  ]);
});

/** A sender's life: what it sends, and how the network treats each of it. */
interface Sent {
  readonly message: Numbered;
  /** How often it arrives, and how many messages later. */
  readonly delays: readonly number[];
}

const fate: fc.Arbitrary<readonly number[]> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<number[]>([0]) },
  { weight: 1, arbitrary: fc.constant<number[]>([]) },
  { weight: 1, arbitrary: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }) },
);
interface Step {
  readonly kind: string;
  readonly count: number;
  readonly fate: readonly number[];
}
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("data", "data", "data", "data", "skip", "mark", "restart", "cut"),
  count: fc.integer({ min: 1, max: 5 }),
  fate,
});

/** Plays a life. @returns What was sent, in order; a cut loses the next messages whole. */
function play(steps: readonly Step[]): readonly Sent[] {
  const sent: Sent[] = [];
  let [epoch, last, skipped, cut] = [1, 0, 0, 0];
  const send = (message: Numbered, delays: readonly number[]): void => {
    sent.push({ message, delays: cut > 0 ? [] : delays });
    cut = Math.max(0, cut - 1);
    last = message.sequence;
    skipped = 0;
  };
  for (const { kind, count, fate: delays } of steps) {
    if (kind === "skip") skipped += count;
    else if (kind === "cut") cut = count;
    else if (kind === "mark") send(mark(epoch, last + skipped, skipped), delays);
    else if (kind === "data") send(data(epoch, last + skipped + 1, skipped), delays);
    else [epoch, last, skipped] = [epoch + count, 0, 0];
  }
  return sent.filter(({ message }) => message.sequence > 0);
}

function arrivals(sent: readonly Sent[]): readonly Numbered[] {
  return sent
    .flatMap(({ message, delays }, at) => delays.map((delay) => ({ message, at: at + delay })))
    .sort((one, other) => one.at - other.at)
    .map(({ message }) => message);
}

/** Everything that one receiver did, as numbers by epoch. */
class Record {
  readonly delivered: Numbered[] = [];
  readonly missing: Missing[] = [];
  readonly sequence: Sequence<Numbered>;

  constructor(holdMessages?: number) {
    const hold = holdMessages === undefined ? undefined : { messages: holdMessages };
    this.sequence = new Sequence<Numbered>(
      {
        deliver: (message) => this.delivered.push(message),
        missing: (gap) => this.missing.push(gap),
        restarted: () => undefined,
      },
      hold,
    );
  }

  /** Each settled number with its end, sorted. */
  settled(): readonly string[] {
    const gaps = this.missing.flatMap(({ epoch, from, to }) =>
      Array.from({ length: to - from + 1 }, (_, at) => `${epoch}.${from + at} missing`),
    );
    return [...this.delivered.map((one) => `${one.epoch}.${one.sequence} delivered`), ...gaps];
  }
}

/** A mark without losses announces numbers that may still come: with a hold it settles nothing. */
const hasNumbers = ({ kind, skipped }: Numbered): boolean => kind === "data" || skipped > 0;

function checkModel(arrived: readonly Numbered[], record: Record): void {
  const { delivered, sequence } = record;
  for (const [at, message] of delivered.entries()) {
    const before = delivered[at - 1];
    const isBehind =
      before === undefined ||
      before.epoch < message.epoch ||
      (before.epoch === message.epoch && before.sequence < message.sequence);
    ok(isBehind, "in order, and once");
    ok(arrived.includes(message), "nothing is invented");
  }
  const settled = record.settled();
  const numbers = settled.map((line) => line.split(" ")[0]);
  equal(new Set(numbers).size, numbers.length, "delivered or missing, and once");
  const { epoch, sequence: last } = sequence.position ?? { epoch: 0, sequence: 0 };
  const highest = Math.max(
    0,
    ...arrived.filter((one) => one.epoch === epoch).map((one) => one.sequence),
  );
  equal(last, highest, "the current start is settled up to the highest number that arrived");
  const own = new Set(numbers.filter((number) => number?.startsWith(`${epoch}.`)));
  const first = Math.min(...[...own].map((number) => Number(number?.split(".")[1])));
  if (own.size > 0) equal(own.size, last - first + 1, "without a hole");
}

test("Sequence settles every number once, whatever the network does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const arrived = arrivals(play(steps));
      const record = new Record();
      for (const message of arrived) record.sequence.accept(message);

      checkModel(arrived, record);
    }),
    { numRuns: 500 },
  );
});

test("Sequence with a hold settles every number once, whatever the network does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(8), (steps, hold) => {
      const arrived = arrivals(play(steps));
      const record = new Record(hold);
      for (const message of arrived) record.sequence.accept(message);
      record.sequence.settle();

      equal(record.sequence.heldMessages, 0);
      checkModel(arrived.slice(0, 1).concat(arrived.slice(1).filter(hasNumbers)), record);
    }),
    { numRuns: 500 },
  );
});

test("Sequence with a hold loses nothing of what arrives before its limit is reached", () => {
  const late = fc.array(fc.record({ delay: fc.nat(5), twice: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(late, (fates) => {
      const sent = fates.map(({ delay, twice }, at) => ({
        message: data(1, at + 1),
        delays: at === 0 ? [0] : twice ? [delay, 3] : [delay],
      }));
      const arrived = arrivals(sent);
      const record = new Record(10);
      for (const message of arrived) record.sequence.accept(message);

      deepEqual(
        record.delivered.map(({ sequence }) => sequence),
        sent.map((_, at) => at + 1),
      );
      deepEqual(record.missing, []);
    }),
  );
});
