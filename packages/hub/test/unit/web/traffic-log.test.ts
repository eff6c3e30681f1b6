// The messages that a page keeps.

import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { TrafficBatch } from "../../../dist/page/wire.js";
import type * as LogModule from "../../../web/traffic/traffic-log.ts";
import { loadWebModule } from "../../helpers/web-module.ts";

const { TrafficLog } = await loadWebModule<typeof LogModule>("traffic/traffic-log.ts");

type Item = TrafficBatch["items"][number];

function batch(items: readonly Item[], more: Partial<TrafficBatch> = {}): TrafficBatch {
  return { to: 1, sampled: 0, lost: 0, places: [0, [["net", "a"]]], items, ...more };
}

function item(seq: number, text = "x"): Item {
  return [seq, seq, 0, "in", text.length, Buffer.from(text).toString("base64")];
}

test("TrafficLog names the members of messages, also those that came with an earlier batch", () => {
  const log = new TrafficLog();

  log.add(batch([item(1, "one")]));
  log.add(batch([[2, 2, 1, "out", 3, "dHdv"]], { places: [1, [["net", "b"]]] }));

  const [first, second] = log.entries;
  ok(first?.kind === "message" && second?.kind === "message");
  deepEqual([first.member, Buffer.from(first.bytes).toString()], ["a", "one"]);
  deepEqual([second.member, second.direction], ["b", "out"]);
});

test("TrafficLog keeps the last 50,000 messages at most", () => {
  const log = new TrafficLog();

  for (let at = 0; at < 60; at++) {
    log.add(batch(Array.from({ length: 1000 }, (_, one) => item(1000 * at + one))));
  }

  ok(log.entries.length <= 50_000 && log.entries.length >= 45_000);
  const last = log.entries.at(-1);
  equal(last?.kind === "message" && last.seq, 59_999);
});

test("TrafficLog keeps 16 MB at most", () => {
  const log = new TrafficLog();
  const long = "x".repeat(4096);

  for (let at = 0; at < 60; at++) {
    log.add(batch(Array.from({ length: 100 }, (_, one) => item(100 * at + one, long))));
  }

  const bytes = log.entries.reduce(
    (sum, entry) => sum + (entry.kind === "message" ? entry.bytes.length : 0),
    0,
  );
  ok(bytes <= 16 * 1024 * 1024 && bytes > 14 * 1024 * 1024);
});

test("TrafficLog shows a gap where messages were lost, and counts those left out", () => {
  const log = new TrafficLog();

  log.add(batch([item(5)], { lost: 4, sampled: 7 }));
  log.addUnknownGap();

  deepEqual(
    log.entries.map((entry) => (entry.kind === "gap" ? entry.lost : "message")),
    [4, "message", undefined],
  );
  equal(log.sampled, 7);
});

test("TrafficLog gives new messages to watchers, until they end that", () => {
  const log = new TrafficLog();
  const seen: number[] = [];
  const end = log.watch((added) => seen.push(added.length));

  log.add(batch([item(1), item(2)]));
  log.clear();
  end();
  log.add(batch([item(3)]));

  deepEqual(seen, [2, 0]);
});
