// Streams of pages: what is sent, when, and to whom it is not.

import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { TrafficListener } from "@anyserial/hub";
import { EventLog } from "../../../dist/page/event-log.js";
import { Feed } from "../../../dist/page/feed.js";
import { parsePosition } from "../../../dist/page/position.js";
import { Streams } from "../../../dist/page/streams.js";

class Target {
  writableLength = 0;
  readonly written: string[] = [];

  write(text: string): void {
    this.written.push(text);
  }

  get names(): readonly string[] {
    return this.written.map((text) => /^event: (\w+)/.exec(text)?.[1] ?? "");
  }

  get lastId(): string {
    return (
      /\nid: (.*)\n/.exec(this.written.findLast((text) => text.includes("\nid: ")) ?? "")?.[1] ?? ""
    );
  }

  data(name: string): unknown {
    const text = this.written.findLast((one) => one.startsWith(`event: ${name}\n`)) ?? "";
    return JSON.parse(/\ndata: (.*)\n\n$/.exec(text)?.[1] ?? "null");
  }
}

class Bench implements Disposable {
  listener: TrafficListener | undefined;
  timesAsked = 0;
  readonly events = new EventLog();
  readonly feed = new Feed((listener) => {
    this.listener = listener;
    const remove = (): void => {
      this.listener = undefined;
    };
    return Object.assign(remove, { [Symbol.dispose]: remove });
  });
  readonly streams = new Streams({
    feed: this.feed,
    events: this.events,
    isWritable: () => true,
    status: () => `{"asked":${++this.timesAsked}}`,
  });

  say(text: string): void {
    const point = { network: "net", member: "a", direction: "in", timestampNs: 0n } as const;
    this.listener?.(point, Buffer.from(text));
  }

  [Symbol.dispose](): void {
    this.streams.close();
  }
}

test("Streams begins with the state, and listens to traffic from then on", () => {
  using bench = new Bench();
  const target = new Target();

  equal(bench.listener, undefined);
  bench.streams.open(target, undefined);

  deepEqual(target.names, ["hello", "status"]);
  deepEqual(target.data("hello"), { fresh: true, writable: true });
  equal(bench.listener === undefined, false);
});

test("Streams sends nothing to a page that does not read, and then all of it at once", () => {
  using bench = new Bench();
  const target = new Target();
  bench.streams.open(target, undefined);
  target.writableLength = 1;

  bench.say("one");
  bench.streams.tick();
  bench.say("two");
  for (let i = 0; i < 20; i++) bench.streams.tick();

  deepEqual(target.names, ["hello", "status"]);
  equal(bench.timesAsked, 1, "a state was made that nobody is sent");
  target.writableLength = 0;
  bench.streams.tick();
  deepEqual((target.data("traffic") as { items: unknown[] }).items.length, 2);
});

test("Streams sends states while there is always traffic, whose writes wait for the end of a task", () => {
  using bench = new Bench();
  const target = new Target();
  target.write = (text) => {
    target.written.push(text);
    target.writableLength += text.length;
  };
  bench.streams.open(target, undefined);

  for (let i = 0; i < 20; i++) {
    target.writableLength = 0;
    bench.say("again");
    bench.streams.tick();
  }

  equal(target.names.filter((name) => name === "status").length, 3);
});

test("Streams makes one state for all pages", () => {
  using bench = new Bench();
  const targets = [new Target(), new Target(), new Target()];
  for (const target of targets) bench.streams.open(target, undefined);
  const before = bench.timesAsked;

  for (let i = 0; i < 10; i++) bench.streams.tick();

  equal(bench.timesAsked, before + 1);
  for (const target of targets) equal(target.names.filter((name) => name === "status").length, 2);
});

test("Streams goes on where a page was", () => {
  using bench = new Bench();
  const first = new Target();
  const leave = bench.streams.open(first, undefined);
  bench.say("seen");
  bench.streams.tick();
  leave();
  bench.say("missed");
  bench.events.add({ type: "link-restored", network: "net", member: "a", time: 1 });

  const second = new Target();
  bench.streams.open(second, parsePosition(first.lastId));

  deepEqual(second.data("hello"), { fresh: false, writable: true });
  deepEqual(second.names, ["hello", "traffic", "events", "status"]);
  const { items, lost } = second.data("traffic") as { items: string[][]; lost: number };
  deepEqual([items.length, items[0]?.[5], lost], [1, "bWlzc2Vk", 0]);
});

test("Streams begins anew for a page of another hub, and gives it the last events", () => {
  using bench = new Bench();
  bench.events.add({ type: "link-restored", network: "net", member: "a", time: 1 });
  const target = new Target();

  bench.streams.open(target, parsePosition("abc.5.5"));

  deepEqual(target.data("hello"), { fresh: true, writable: true });
  equal((target.data("events") as { events: unknown[] }).events.length, 1);
});

test("Streams counts events that are gone", () => {
  using bench = new Bench();
  for (let i = 0; i < 600; i++) {
    bench.events.add({ type: "link-restored", network: "net", member: "a", time: i });
  }
  const target = new Target();

  bench.streams.open(target, undefined);

  const { lost, events } = target.data("events") as { lost: number; events: unknown[] };
  deepEqual([lost, events.length], [100, 500]);
});

test("Streams takes a bounded number of pages", () => {
  using bench = new Bench();

  for (let i = 0; i < 16; i++) bench.streams.open(new Target(), undefined);

  equal(bench.streams.isFull, true);
});

for (const text of [
  "",
  "a.b.c",
  "a.1",
  "a.1.2.3",
  "a.-1.2",
  "a.1.2\n",
  `a.${"9".repeat(20)}.1`,
  "A.1.1",
]) {
  test(`parsePosition() takes no ${JSON.stringify(text)}`, () => {
    equal(parsePosition(text), undefined);
  });
}

test("EventLog keeps an error as JSON", () => {
  const events = new EventLog();
  events.add({ type: "error", time: 1, error: new Error("broken") });

  match(JSON.stringify(events.behind(0)), /"message":"broken"/);
});
