// A member in its network, over a member in memory: counts, events, state.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { planHub } from "../../../dist/engine/plan.js";
import { lineOf, NetworkBench, ports } from "../../helpers/network-bench.ts";

const AB = { members: ports("a", "b") };

test("MemberRuntime counts the bytes and messages of both directions", async () => {
  await using bench = new NetworkBench({ framing: "line", ...AB });
  bench.member("a").send("one\ntwo\nbegun");

  const { in: sent, out } = bench.runtime("a").snapshot([]);
  deepEqual(
    [sent, out],
    [
      { bytes: 13, messages: 2 },
      { bytes: 0, messages: 0 },
    ],
  );
  deepEqual(bench.runtime("b").snapshot([]).out, { bytes: 8, messages: 2 });
});

test("MemberRuntime does not read a member before it is joined", async () => {
  await using bench = new NetworkBench(AB);
  equal(bench.member("a").isRead, true);

  bench.runtime("a").setReading(false);
  equal(bench.member("a").isRead, false);
  bench.runtime("a").setReading(true);

  equal(bench.member("a").isRead, true);
});

test("MemberRuntime.onPresence() reports who came and left, and discards for an absent member", async () => {
  await using bench = new NetworkBench(AB);
  const b = bench.member("b");
  b.host.onPresence(true, { peer: "192.0.2.7:1" });
  b.isPresent = false;
  b.host.onPresence(false, { peer: "192.0.2.7:1", reason: "read ECONNRESET" });

  bench.member("a").send("lost");

  deepEqual(bench.events, [
    { type: "member-open", peer: "192.0.2.7:1", member: "b" },
    { type: "member-close", peer: "192.0.2.7:1", reason: "read ECONNRESET", member: "b" },
  ]);
  deepEqual(bench.runtime("b").snapshot([]).discarded, { bytes: 4, messages: 1 });
});

test("MemberRuntime.onPresence() does not pass on the message that a member left unfinished", async () => {
  await using bench = new NetworkBench({ framing: "line", ...AB });
  bench.member("a").send("begun");

  bench.member("a").host.onPresence(false);
  bench.member("a").send("next\n");

  equal(bench.member("b").received, "next\n");
  deepEqual(bench.runtime("a").snapshot([]).incomplete, { bytes: 5, messages: 1 });
});

test("MemberRuntime.onSettings() reports changes only: the first ones are those of the new pty", async () => {
  await using bench = new NetworkBench(AB);
  const { host } = bench.member("a");
  for (const baudRate of [9600, 9600, 19_200, 19_200]) host.onSettings(lineOf(baudRate));

  deepEqual(bench.events, [{ type: "settings", settings: lineOf(19_200), member: "a" }]);
});

test("MemberRuntime.rateNow() is unknown while no application has the member open", async () => {
  await using bench = new NetworkBench(AB);
  bench.member("a").line = lineOf(9600);

  equal(bench.runtime("a").rateNow(), 9600);
  bench.member("a").isPresent = false;
  equal(bench.runtime("a").rateNow(), undefined);
});

test("MemberRuntime.onError() reports an error once, and onWorking() that it is over", async () => {
  await using bench = new NetworkBench(AB);
  const { host } = bench.member("a");
  const error = new Error("made up");
  for (let round = 0; round < 3; round++) host.onError(error, true);

  deepEqual(bench.events, [{ type: "member-error", error, willRetry: true, member: "a" }]);
  equal(bench.runtime("a").snapshot([]).error, "made up");
  host.onWorking();
  host.onWorking();
  deepEqual(bench.told("a"), ["member-error", "member-restored"]);
  equal(bench.runtime("a").snapshot([]).error, undefined);
});

test("MemberRuntime passes on the reports of a member", async () => {
  await using bench = new NetworkBench(AB);
  const { host } = bench.member("a");
  const error = new Error("no settings now");

  host.onRefused({ peer: "192.0.2.9:2", present: "192.0.2.7:1", count: 3 });
  host.onWarning("no password");
  host.onQueryFailed(error);
  host.onLinkRestored();

  equal(host.name, "net/a");
  deepEqual(bench.events, [
    { type: "refused", peer: "192.0.2.9:2", present: "192.0.2.7:1", count: 3, member: "a" },
    { type: "warning", message: "no password", member: "a" },
    { type: "member-error", error, willRetry: true, member: "a" },
    { type: "link-restored", member: "a" },
  ]);
});

test("MemberRuntime.onLost() counts bytes that a member had taken, and lost, as dropped", async () => {
  await using bench = new NetworkBench(AB);
  bench.member("a").send("0123456789");

  bench.member("b").host.onLost(4);

  const { out, dropped } = bench.runtime("b").snapshot([]);
  deepEqual([out.bytes, dropped.bytes], [10, 4]);
});

test("MemberRuntime reports a stall with the queue, and the recovery with the losses", async () => {
  const members = { ...ports("a"), b: { port: "/bench/b", queue: 4, stallAfterMs: 1000 } };
  await using bench = new NetworkBench({ overflow: "drop-newest", members });
  bench.member("b").room = 0;
  bench.member("a").send("0123");
  bench.clock.advance(2000);
  bench.member("a").send("lost");
  bench.member("b").makeRoom(100);
  bench.clock.advance(2000);

  equal(bench.member("b").received, "0123");
  const events = bench.events.filter(({ type }) => type === "stall" || type === "recover");
  deepEqual(events, [
    { type: "stall", queuedBytes: 4, overflow: "drop-newest", member: "b" },
    { type: "recover", stalledMs: 2000, bytesLost: 4, messagesLost: 1, member: "b" },
  ]);
  const { dropped, stalls, stalled } = bench.runtime("b").snapshot([]);
  deepEqual([dropped, stalls, stalled], [{ bytes: 4, messages: 1 }, 1, false]);
});

test("MemberRuntime.replan() changes framing and queue, and keeps the member", async () => {
  await using bench = new NetworkBench(AB);
  const [plan] = planHub({
    networks: { net: { framing: "line", queue: 100, members: ports("a", "b") } },
  });
  if (plan === undefined) throw new Error("there is no network");
  const runtime = bench.runtime("a");
  const { member } = runtime;

  const [planOfA] = plan.members;
  if (planOfA !== undefined) runtime.replan(planOfA, { next: plan.framing, isNew: true });
  bench.member("a").send("no end");

  equal(bench.member("b").received, "");
  equal(runtime.snapshot([]).queueLimitBytes, 100);
  equal(runtime.member, member);
});

test("MemberRuntime shows traffic of both directions to listeners", async () => {
  await using bench = new NetworkBench(AB);
  const seen: unknown[] = [];
  const stop = bench.traffic.add(({ network, member, direction }, bytes) =>
    seen.push([network, member, direction, Buffer.from(bytes).toString()]),
  );

  bench.member("a").send("hello");
  stop();
  bench.member("a").send("unseen");

  deepEqual(seen, [
    ["net", "a", "in", "hello"],
    ["net", "b", "out", "hello"],
  ]);
});

test("MemberRuntime.close() closes the member, and passes nothing on afterwards", async () => {
  await using bench = new NetworkBench(AB);

  await bench.runtime("a").close();
  bench.member("a").send("late");

  equal(bench.member("a").isClosed, true);
  equal(bench.member("b").received, "");
});
