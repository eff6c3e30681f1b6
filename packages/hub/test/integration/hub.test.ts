// A hub with real ptys: receivers, presence, settings, status.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { createHub, type TrafficPoint } from "@anyserial/hub";
import { receiveText } from "@anyserial/test-support/receive-text";
import { until } from "@anyserial/test-support/until";
import { BenchHub } from "../helpers/bench-hub.ts";

test("createHub() passes bytes of one application on a bus to all others", async () => {
  await using bench = await BenchHub.start(["a", "b", "c"]);
  const [a, b, c] = [await bench.open("a"), await bench.open("b"), await bench.open("c")];

  await a.send(Buffer.from("hello"));

  equal(await receiveText(b, 5), "hello");
  equal(await receiveText(c, 5), "hello");
  equal(await a.inputWaiting(), 0);
});

test("createHub() passes no bytes between devices of a star", async () => {
  await using bench = await BenchHub.start(["master", "x", "y"], { topology: "star" });
  const [master, x, y] = [await bench.open("master"), await bench.open("x"), await bench.open("y")];

  await x.send(Buffer.from("from x"));
  equal(await receiveText(master, 6), "from x");
  await master.send(Buffer.from("to all"));

  equal(await receiveText(x, 6), "to all");
  equal(await receiveText(y, 6), "to all");
});

test("createHub() passes no bytes of a tap", async () => {
  await using bench = await BenchHub.start(["a", "b", "spy"], {}, { spy: { role: "tap" } });
  const [a, b, spy] = [await bench.open("a"), await bench.open("b"), await bench.open("spy")];

  await spy.send(Buffer.from("psst"));
  await until("the tap is read", () => bench.member("spy").in.bytes === 4);
  await a.send(Buffer.from("hello"));

  equal(await receiveText(b, 5), "hello");
  equal(await receiveText(spy, 5), "hello");
});

test("createHub() never mixes the lines of two senders", async () => {
  await using bench = await BenchHub.start(["a", "b", "c"], { framing: "line" });
  const [a, b, c] = [await bench.open("a"), await bench.open("b"), await bench.open("c")];

  await a.send(Buffer.from("from "));
  await until("a is read", () => bench.member("a").in.bytes === 5);
  await b.send(Buffer.from("whole\n"));
  equal(await receiveText(c, 6), "whole\n");
  await a.send(Buffer.from("a\n"));

  equal(await receiveText(c, 7), "from a\n");
});

test("createHub() ends messages of framing idle-gap with silence", async () => {
  await using bench = await BenchHub.start(["a", "b"], {
    framing: { kind: "idle-gap", gapMs: 20 },
  });
  const [a, b] = [await bench.open("a"), await bench.open("b")];

  await a.send(Buffer.from("one"));

  equal(await receiveText(b, 3), "one");
  equal(bench.member("a").in.messages, 1);
});

test("createHub() does not pass on a line that the application left without an end", async () => {
  await using bench = await BenchHub.start(["a", "b"], { framing: "line" });
  const a = await bench.open("a");
  await bench.open("b");

  await a.send(Buffer.from("done\nhalf"));
  await a.close();
  await bench.event("member-close", "a");

  deepEqual(bench.member("a").incomplete, { bytes: 4, messages: 1 });
  deepEqual(bench.member("b").out, { bytes: 5, messages: 1 });
});

test("whenAbsent discard gives an application nothing from before it opened", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const a = await bench.open("a");
  await a.send(Buffer.from("no receivers"));
  await until("a is read", () => bench.member("b").discarded.bytes === 12);

  const b = await bench.open("b");
  await a.send(Buffer.from("now"));

  equal(await receiveText(b, 3), "now");
});

test("whenAbsent discard drops bytes that an application left unread", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const a = await bench.open("a");
  const first = await bench.open("b");
  await a.send(Buffer.from("unread"));
  await until("b has it", () => bench.member("b").unreadBytes === 6);
  await first.close();
  await bench.event("member-close", "b");

  const second = await bench.open("b");
  await a.send(Buffer.from("fresh"));

  equal(await receiveText(second, 5), "fresh");
});

test("whenAbsent keep gives an application the bytes that came before it opened", async () => {
  await using bench = await BenchHub.start(["a", "b"], { whenAbsent: "keep" });
  const a = await bench.open("a");
  await a.send(Buffer.from("early"));
  await until("b has it", () => bench.member("b").queuedBytes === 5);

  const b = await bench.open("b");

  equal(await receiveText(b, 5), "early");
});

test("snapshot() shows the application's settings, and an event reports a change", async () => {
  await using bench = await BenchHub.start(["a"]);
  await bench.open("a", { baudRate: 4800 });

  const { settings } = await until("the rate is known", () =>
    bench.told("settings", "a").find((event) => event.settings.baudRate === 4800),
  );

  equal(settings.raw, true);
  equal(bench.member("a").settings?.baudRate, 4800);
});

test("snapshot() is plain JSON", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const snapshot = bench.hub.snapshot();

  const copy: unknown = JSON.parse(JSON.stringify(snapshot));

  ok(typeof copy === "object" && copy !== null);
  deepEqual(Object.keys(copy), ["pid", "startedAt", "uptimeMs", "networks"]);
});

test("on() of traffic reports each message until its listener is removed", async () => {
  await using bench = await BenchHub.start(["a", "b"], { framing: "line" });
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  const seen: string[] = [];
  const unsubscribe = bench.hub.on(
    "traffic",
    ({ member, direction, timestampNs }: TrafficPoint, bytes) => {
      ok(timestampNs > 1_500_000_000_000_000_000n);
      seen.push(`${direction} ${member} ${Buffer.from(bytes).toString()}`);
    },
  );

  await a.send(Buffer.from("one\ntwo\n"));
  equal(await receiveText(b, 8), "one\ntwo\n");
  unsubscribe();
  await a.send(Buffer.from("three\n"));
  await receiveText(b, 6);

  deepEqual(seen, ["in a one\n", "out b one\n", "in a two\n", "out b two\n"]);
});

test("inject() sends in the name of a member", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const b = await bench.open("b");

  await bench.hub.inject("net", "a", Buffer.from("replayed"));

  equal(await receiveText(b, 8), "replayed");
  await rejects(bench.hub.inject("net", "nobody", Buffer.from("x")), {
    code: "ERR_INVALID_ARG_VALUE",
  });
});

test("createHub() with 256 members starts, and closes, all of them", async () => {
  const names = Array.from({ length: 256 }, (_, index) => `m${index}`);
  await using bench = await BenchHub.start(names);

  const { networks } = bench.hub.snapshot();

  equal(networks[0]?.members.length, 256);
});

test("createHub() leaves nothing when one member cannot be made", async () => {
  await using bench = BenchHub.prepare();
  writeFileSync(bench.path("keep"), "");
  const config = bench.config(["a", "b"], {}, { b: { port: bench.path("keep/below") } });

  await rejects(createHub(config), { name: "ConfigurationError", code: "ENOTDIR" });
});

test("a program that writes and ends at once is read to its end, and leaves nothing behind", async () => {
  await using bench = await BenchHub.start(["a", "b"], { framing: "line" });
  const b = await bench.open("b");

  writeFileSync(bench.path("a"), "whole\nhalf", { flag: "r+" });
  equal(await receiveText(b, 6), "whole\n");
  await bench.event("member-close", "a");
  await b.send(Buffer.from("no reader.\n"));
  await until("b is read", () => bench.member("b").in.bytes === 11);

  deepEqual(bench.member("a").incomplete, { bytes: 4, messages: 1 });
  equal(bench.member("a").discarded.bytes, 11);
});
