// Which members receive, and which wait, over members in memory.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { NetworkConfig } from "@anyserial/hub";
import { nextTask } from "@anyserial/test-support/tasks";
import { lineOf, NetworkBench, ports } from "../../helpers/network-bench.ts";

/** Text that each member received. */
function received(bench: NetworkBench, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, bench.member(name).received]));
}

test("Network.join() connects each member of a bus with all others", async () => {
  await using bench = new NetworkBench({ members: ports("a", "b", "c") });

  bench.member("a").send("hello");

  deepEqual(received(bench, "a", "b", "c"), { a: "", b: "hello", c: "hello" });
});

test("Network.join() connects the devices of a star with the controller only", async () => {
  const members = ports("a", "b", "c");
  await using bench = new NetworkBench({ topology: "star", members });

  bench.member("a").send("ask");
  bench.member("b").send("answer");

  deepEqual(received(bench, "a", "b", "c"), { a: "answer", b: "ask", c: "ask" });
});

test("Network.join() takes its receivers from a member that left, and reads it no more", async () => {
  await using bench = new NetworkBench({ members: ports("a", "b", "c") });

  bench.join({ members: ports("a", "b") });
  bench.member("c").send("late");
  bench.member("a").send("hello");

  deepEqual(received(bench, "a", "b", "c"), { a: "", b: "hello", c: "" });
  deepEqual(
    bench.network.runtimes.map(({ plan }) => plan.name),
    ["a", "b"],
  );
  equal(bench.runtime("c").network, undefined);
});

test("Network.isLike() compares topology, framing and rate policy, not members", async () => {
  const config: NetworkConfig = { framing: "line", members: ports("a", "b") };
  await using bench = new NetworkBench(config);
  const isLike = (other: Partial<NetworkConfig>): boolean => {
    const planned = new NetworkBench({ ...config, ...other });
    return bench.network.isLike({
      name: "other",
      topology: planned.network.snapshot(() => []).topology,
      framing: planned.network.framing,
      rateMismatch: other.rateMismatch ?? "pass",
      members: [],
    });
  };

  equal(isLike({ members: ports("x") }), true);
  equal(isLike({ topology: "pair" }), false);
  equal(isLike({ framing: "raw" }), false);
  equal(isLike({ rateMismatch: "warn" }), false);
});

test("Network does not read senders while a receiver under backpressure is full", async () => {
  const members = ports("a", "b", "c");
  await using bench = new NetworkBench({ overflow: "backpressure", queue: 4, members });
  const [a, b, c] = [bench.member("a"), bench.member("b"), bench.member("c")];
  b.room = 0;
  deepEqual([a.isRead, b.isRead, c.isRead], [true, true, true]);

  a.send("0123456789");
  deepEqual([a.isRead, b.isRead, c.isRead], [false, true, false]);
  equal(bench.network.snapshot(() => []).paused, true);
  b.makeRoom(100);
  await nextTask();

  deepEqual(received(bench, "b", "c"), { b: "0123456789", c: "0123456789" });
  deepEqual([a.isRead, b.isRead, c.isRead], [true, true, true]);
  equal(bench.network.snapshot(() => []).paused, false);
});

test("Network lets the sender that filled a queue resume after the others", async () => {
  const members = ports("a", "b", "c");
  await using bench = new NetworkBench({ overflow: "backpressure", queue: 4, members });
  bench.member("b").room = 0;
  bench.member("a").send("AAAAAAAA");
  bench.member("c").send("CCCC");

  for (let round = 0; round < 5; round++) {
    bench.member("b").makeRoom(4);
    await nextTask();
  }

  equal(bench.member("b").received, "AAAACCCCAAAA");
});

for (const [rateMismatch, isSame, events] of [
  ["pass", true, []],
  ["warn", true, ["rate-mismatch"]],
  ["garble", false, ["rate-mismatch"]],
] as const) {
  test(`Network applies rateMismatch "${rateMismatch}" to bytes between two rates`, async () => {
    await using bench = new NetworkBench({ rateMismatch, members: ports("a", "b") });
    bench.member("a").line = lineOf(9600);
    bench.member("b").line = lineOf(19_200);

    bench.member("a").send("hello");
    bench.clock.advance(1000);

    equal(bench.member("b").received === "hello", isSame);
    deepEqual(bench.told("a"), events);
  });
}
