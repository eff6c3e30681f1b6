// The sample of traffic that pages are shown.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { TrafficDirection, TrafficListener } from "@anyserial/hub";
import { Feed } from "../../../dist/page/feed.js";
import type { TrafficBatch } from "../../../dist/page/wire.js";

class Bench {
  readonly listeners = new Set<TrafficListener>();
  readonly feed = new Feed((listener) => {
    this.listeners.add(listener);
    const remove = (): void => void this.listeners.delete(listener);
    return Object.assign(remove, { [Symbol.dispose]: remove });
  });
  readonly cursor = { message: 0, places: 0 };

  say(member: string, bytes: Uint8Array | string, direction: TrafficDirection = "in"): void {
    const point = { network: "net", member, direction, timestampNs: 1_700_000_000_123_456_789n };
    for (const listener of this.listeners) listener(point, Buffer.from(bytes));
  }

  take(): TrafficBatch | undefined {
    const json = this.feed.take(this.cursor);
    return json === undefined ? undefined : JSON.parse(json);
  }
}

test("Feed listens from its start to its stop only", () => {
  const { feed, listeners } = new Bench();

  equal(listeners.size, 0);
  feed.start();
  feed.start();
  equal(listeners.size, 1);
  feed.stop();
  equal(listeners.size, 0);
});

test("Feed gives a message with its number, time, place, direction, length and bytes", () => {
  const bench = new Bench();
  bench.feed.start();

  bench.say("a", "hi");
  bench.say("b", Uint8Array.of(0, 255), "drop");

  deepEqual(bench.take(), {
    to: 2,
    sampled: 0,
    lost: 0,
    places: [
      0,
      [
        ["net", "a"],
        ["net", "b"],
      ],
    ],
    items: [
      [1, 1_700_000_000_123.456, 0, "in", 2, "aGk="],
      [2, 1_700_000_000_123.456, 1, "drop", 2, "AP8="],
    ],
  });
  equal(bench.take(), undefined);
});

test("Feed names a place once to each page", () => {
  const bench = new Bench();
  bench.feed.start();
  bench.say("a", "1");
  bench.take();

  bench.say("a", "2");
  bench.say("b", "3");

  deepEqual(bench.take()?.places, [1, [["net", "b"]]]);
});

test("Feed leaves out messages of a flood, counts them, and keeps those of a quiet member", () => {
  const bench = new Bench();
  bench.feed.start();

  for (let i = 0; i < 5000; i++) bench.say("flood", "x");
  bench.say("quiet", "help");

  const batch = bench.take();
  equal(batch?.to, 5001);
  ok((batch?.items.length ?? 0) <= 402, `${batch?.items.length} were kept`);
  equal(batch?.sampled, 5001 - (batch?.items.length ?? 0));
  equal(batch?.items.at(-1)?.[5], "aGVscA==");
});

test("Feed keeps messages again with the next tick", () => {
  const bench = new Bench();
  bench.feed.start();
  for (let i = 0; i < 5000; i++) bench.say("flood", "x");
  bench.take();

  bench.feed.tick();
  bench.say("flood", "y");

  deepEqual(
    bench.take()?.items.map((item) => item[5]),
    ["eQ=="],
  );
});

test("Feed shows the first 4096 bytes of a message, and its length", () => {
  const bench = new Bench();
  bench.feed.start();

  bench.say("a", Buffer.alloc(60_000, 7));

  const [item] = bench.take()?.items ?? [];
  equal(item?.[4], 60_000);
  equal(Buffer.from(item?.[5] ?? "", "base64").length, 4096);
});

test("Feed reports messages that a page did not read in time, to the last one", () => {
  const bench = new Bench();
  bench.feed.start();
  for (let tick = 0; tick < 300; tick++) {
    bench.feed.tick();
    for (let i = 0; i < 100; i++) bench.say("a", Buffer.alloc(100));
  }

  let lost = 0;
  let seen = 0;
  for (let batch = bench.take(); batch !== undefined; batch = bench.take()) {
    lost += batch.lost;
    seen += batch.items.length + batch.sampled;
  }

  ok(lost > 0);
  equal(lost + seen, 30_000);
});

test("Feed splits kept messages into batches of a bounded size", () => {
  const bench = new Bench();
  bench.feed.start();
  for (let tick = 0; tick < 100; tick++) {
    bench.feed.tick();
    for (let i = 0; i < 100; i++) bench.say("a", Buffer.alloc(300));
  }

  const first = bench.feed.take(bench.cursor) ?? "";

  ok(first.length < 300_000, `${first.length} characters`);
  ok(bench.cursor.message < 10_000);
});

test("Feed knows positions of its present life only", () => {
  const { feed } = new Bench();
  feed.start();
  const { epoch } = feed;

  equal(feed.knows({ epoch, message: 0, event: 0 }), true);
  equal(feed.knows({ epoch, message: 1, event: 0 }), false);
  equal(feed.knows(undefined), false);
  feed.stop();
  feed.start();
  equal(feed.knows({ epoch, message: 0, event: 0 }), false);
});

test("Feed carries any name of a network or member", () => {
  const bench = new Bench();
  bench.feed.start();

  bench.say('</script>"\n\u2028\u0000data: x\n\n', "x");

  equal(bench.feed.take({ message: 0, places: 0 })?.includes("\n"), false);
  equal(bench.take()?.places[1][0]?.[1], '</script>"\n\u2028\u0000data: x\n\n');
});
