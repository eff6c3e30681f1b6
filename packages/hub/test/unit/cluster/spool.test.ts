// The way into a stream: numbers, the window, losses in their places, and what is sent again.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Sequence } from "../../../dist/cluster/sequence.js";
import { type Outgoing, Spool } from "../../../dist/cluster/spool.js";

const LIMITS = { bytes: 100, windowMessages: 3, windowBytes: 50 };

function spoolOf(sizes: readonly number[], limits = LIMITS): Spool<string> {
  const spool = new Spool<string>(limits);
  for (const [at, bytes] of sizes.entries()) spool.push({ item: `m${at + 1}`, bytes });
  return spool;
}

function takeAll<T>(spool: Spool<T>): readonly Outgoing<T>[] {
  const taken: Outgoing<T>[] = [];
  for (let one = spool.next(); one !== undefined; one = spool.next()) taken.push(one);
  return taken;
}

test("Spool numbers messages in order, as many as its window has room for", () => {
  const spool = spoolOf([10, 10, 10, 10]);

  const first = takeAll(spool);
  spool.stored(2);
  const second = takeAll(spool);

  deepEqual(
    first.map(({ sequence, item }) => `${sequence} ${item}`),
    ["1 m1", "2 m2", "3 m3"],
  );
  deepEqual(
    second.map(({ sequence, item }) => `${sequence} ${item}`),
    ["4 m4"],
  );
});

test("Spool sends no more bytes than its window, and one message at least", () => {
  equal(takeAll(spoolOf([30, 30])).length, 1);
  equal(takeAll(spoolOf([80])).length, 1);
});

test("Spool counts bytes until they are stored", () => {
  const spool = spoolOf([10, 20]);
  takeAll(spool);

  equal(spool.bytes, 30);
  equal(spool.room, 70);
  equal(spool.stored(1), true);
  equal(spool.stored(1), false);
  equal(spool.bytes, 20);
  equal(spool.messages, 1);
});

test("Spool returns the messages that were not stored, in order", () => {
  const spool = spoolOf([1, 1, 1]);
  takeAll(spool);
  spool.stored(2);

  deepEqual(
    spool.unstored().map(({ sequence }) => sequence),
    [1, 3],
  );
});

test("Spool announces losses in front of the next message", () => {
  const spool = spoolOf([10]);
  spool.skip();
  spool.skip();
  spool.push({ item: "later", bytes: 10 });

  deepEqual(
    takeAll(spool).map(({ sequence, skipped, item }) => `${sequence} ${skipped} ${item}`),
    ["1 0 m1", "4 2 later"],
  );
});

test("Spool announces losses by themselves when nothing follows", () => {
  const spool = spoolOf([10]);
  spool.skip();

  deepEqual(
    takeAll(spool).map(({ sequence, skipped, item }) => `${sequence} ${skipped} ${item}`),
    ["1 0 m1", "2 1 undefined"],
  );
});

test("Spool loses the oldest messages that were not sent", () => {
  const spool = spoolOf([30, 30, 30]);
  const sent = spool.next();
  const lost = spool.makeRoom(50);
  spool.push({ item: "new", bytes: 50 });

  equal(sent?.item, "m1");
  deepEqual(
    lost.map(({ item }) => item),
    ["m2", "m3"],
  );
  spool.stored(1);
  deepEqual(
    takeAll(spool).map(({ sequence, skipped }) => `${sequence} ${skipped}`),
    ["4 2"],
  );
});

const action = fc.oneof(
  fc.record({ do: fc.constant("push" as const), bytes: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant("newest" as const), bytes: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant("oldest" as const), bytes: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constant("send" as const) }),
  fc.record({ do: fc.constant("again" as const) }),
  fc.record({ do: fc.constant("lose" as const), pick: fc.nat(3) }),
  fc.record({ do: fc.constant("store" as const), pick: fc.nat(3) }),
);

interface Wire {
  readonly kind: "data" | "mark";
  readonly epoch: number;
  readonly sequence: number;
  readonly skipped: number;
  readonly item: number | undefined;
}

/** A spool, a stream that may lose an attempt or store it twice, and a receiver. */
class Scene {
  readonly spool = new Spool<number>(LIMITS);
  readonly inFlight: Outgoing<number>[] = [];
  readonly received: number[] = [];
  readonly lostHere = new Set<number>();
  readonly missing = { count: 0 };
  pushed = 0;
  readonly receiver = new Sequence<Wire>(
    {
      deliver: ({ item }) => this.received.push(item ?? -1),
      missing: ({ from, to }) => {
        this.missing.count += to - from + 1;
      },
      restarted: () => undefined,
    },
    { messages: LIMITS.windowMessages },
  );

  constructor() {
    // The receiver was there from the start.
    this.receiver.accept({ kind: "mark", epoch: 1, sequence: 0, skipped: 0, item: undefined });
  }

  add(bytes: number, policy: "push" | "newest" | "oldest"): void {
    this.pushed++;
    if (policy === "oldest") {
      for (const { item } of this.spool.makeRoom(bytes)) this.lostHere.add(item);
    }
    if (policy !== "push" && this.spool.room < bytes) {
      this.lostHere.add(this.pushed);
      this.spool.skip();
    } else this.spool.push({ item: this.pushed, bytes });
  }

  send(): void {
    this.inFlight.push(...takeAll(this.spool));
  }

  again(): void {
    this.inFlight.push(...this.spool.unstored());
  }

  /** One attempt arrives: it may be any that is under way. */
  store(pick: number): void {
    const [one] = this.inFlight.splice(pick % Math.max(1, this.inFlight.length), 1);
    if (one === undefined) return;
    const { sequence, skipped, item } = one;
    this.receiver.accept({
      kind: item === undefined ? "mark" : "data",
      epoch: 1,
      sequence,
      skipped,
      item,
    });
    this.spool.stored(sequence);
  }
}

test("Spool and Sequence bring every message once and in order, and count the others", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const scene = new Scene();
      for (const one of actions) {
        if (one.do === "send") scene.send();
        else if (one.do === "again") scene.again();
        else if (one.do === "store") scene.store(one.pick);
        else if (one.do === "lose") scene.inFlight.splice(one.pick, 1);
        else scene.add(one.bytes, one.do);
      }
      while (scene.spool.messages > 0) {
        scene.again();
        scene.send();
        while (scene.inFlight.length > 0) scene.store(0);
      }
      scene.send(); // losses at the end, if any
      while (scene.inFlight.length > 0) scene.store(0);

      const all = Array.from({ length: scene.pushed }, (_, at) => at + 1);
      deepEqual(
        scene.received,
        all.filter((item) => !scene.lostHere.has(item)),
      );
      equal(scene.missing.count, scene.lostHere.size);
      ok(scene.spool.bytes === 0);
    }),
    { numRuns: 500 },
  );
});
