// A configuration that changes under traffic.

import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { existsSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import type { HubConfig } from "@anyserial/hub";
import { receiveText } from "@anyserial/test-support/receive-text";
import { nextTask } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { BenchHub } from "../helpers/bench-hub.ts";

test("reload() keeps pty, application and queue of members that did not change", async () => {
  await using bench = await BenchHub.start(["a", "b"], { queue: 5000 });
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  let sent = 0;
  while (bench.member("b").queuedBytes < 100) {
    sent += a.trySend(Buffer.alloc(500, "x"));
    await turn();
  }
  await until("a is read", () => bench.member("a").in.bytes === sent);
  const before = bench.member("b");

  const report = await bench.hub.reload(bench.config(["a", "b", "c"], { queue: 6000 }));

  const changed = ["net/a", "net/b"];
  deepEqual(report, { added: ["net/c"], removed: [], replaced: [], changed, kept: [] });
  const after = bench.member("b");
  deepEqual([after.devicePath, after.queueLimitBytes], [before.devicePath, 6000]);
  ok(after.queuedBytes > 0);
  const unread = after.unreadBytes ?? 0;
  ok((await receiveText(b, unread)).length >= unread);
  const c = await bench.open("c");
  await a.send(Buffer.from("more"));
  equal(await receiveText(c, 4), "more");
});

async function turn(): Promise<number> {
  await nextTask();
  return 0;
}

test("reload() calls members unchanged only if nothing about them and their network changed", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const reload = async (...config: Parameters<BenchHub["config"]>): Promise<object> => {
    const { changed, kept } = await bench.hub.reload(bench.config(...config));
    return { changed, kept };
  };
  const all = ["net/a", "net/b"];

  deepEqual(await reload(["a", "b"]), { changed: [], kept: all });
  deepEqual(await reload(["a", "b", "c"]), { changed: [], kept: all });
  const pace = { b: { pace: true } };
  deepEqual(await reload(["a", "b"], {}, pace), { changed: ["net/b"], kept: ["net/a"] });
  deepEqual(await reload(["a", "b"], { topology: "star" }, pace), { changed: all, kept: [] });
  deepEqual(await reload(["a", "b"], { framing: "line" }, pace), { changed: all, kept: [] });
  const both = { framing: "line", rateMismatch: "warn" } as const;
  deepEqual(await reload(["a", "b"], both, pace), { changed: all, kept: [] });
  deepEqual(await reload(["a", "b"], both, pace), { changed: [], kept: all });
});

test("reload() removes members, and their links", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const a = await bench.open("a");
  const b = await bench.open("b");

  const report = await bench.hub.reload(bench.config(["a"]));

  deepEqual(report.removed, ["net/b"]);
  ok(!existsSync(bench.path("b")) && !existsSync(bench.path(".b.lock")));
  await rejects(b.receive(), { name: "SerialDisconnectedError" });
  await a.send(Buffer.from("alone"));
  await until("a is read", () => bench.member("a").in.bytes === 5);
});

test("reload() with a wrong configuration changes nothing", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  const before = bench.hub.config;

  const wrong = { networks: { net: { topology: "ring", members: {} } } } as unknown as HubConfig;
  await rejects(bench.hub.reload(wrong), { code: "ERR_INVALID_ARG_VALUE" });
  const taken = bench.config(["a", "c", "d"], {}, { d: { port: "/dev/null" } });
  await rejects(bench.hub.reload(taken), { code: "EEXIST" });

  equal(bench.hub.config, before);
  ok(!existsSync(bench.path("c")) && !existsSync(bench.path(".c.lock")));
  await a.send(Buffer.from("same"));
  equal(await receiveText(b, 4), "same");
});

test("reload() replaces a member whose port changed, and leads its link to the new one", async () => {
  await using bench = await BenchHub.start(["a", "b"]);
  const before = readlinkSync(bench.path("b"));
  const old = await bench.open("b");

  const report = await bench.hub.reload(bench.config(["a", "b"], {}, { b: { mode: 0o640 } }));

  deepEqual(report.replaced, ["net/b"]);
  ok(readlinkSync(bench.path("b")) !== before);
  await rejects(old.receive(), { name: "SerialDisconnectedError" });
  bench.events.length = 0;
  const [a, b] = [await bench.open("a"), await bench.open("b")];
  await a.send(Buffer.from("new"));
  equal(await receiveText(b, 3), "new");
});

test("reload() changes topology and framing under open applications", async () => {
  await using bench = await BenchHub.start(["a", "b", "c"]);
  const [a, b, c] = [await bench.open("a"), await bench.open("b"), await bench.open("c")];

  await bench.hub.reload(bench.config(["a", "b", "c"], { topology: "star", framing: "line" }));
  await b.send(Buffer.from("only for a\n"));
  equal(await receiveText(a, 11), "only for a\n");
  await a.send(Buffer.from("half"));
  await a.send(Buffer.from(" line\n"));

  equal(await receiveText(c, 10), "half line\n");
  equal(bench.member("a").in.messages, 1);
});

test("reload() opens a gate that backpressure had closed when the full member goes", async () => {
  await using bench = await BenchHub.start(["a", "b", "c"], {
    overflow: "backpressure",
    queue: 500,
  });
  const a = await bench.open("a");
  const b = await bench.open("b");
  await bench.open("c");
  const draining = (async (): Promise<void> => {
    try {
      for (;;) await b.receive();
    } catch {
      // closed at the end of the test
    }
  })();
  while (!bench.hub.snapshot().networks[0]?.paused)
    await turn().then(() => a.trySend(Buffer.alloc(500)));

  await bench.hub.reload(bench.config(["a", "b"], { overflow: "backpressure", queue: 500 }));

  // b, which reads, may be full for a moment.
  await until("the gate is open", () => bench.hub.snapshot().networks[0]?.paused === false);
  const before = bench.member("b").out.bytes;
  await a.send(Buffer.alloc(100));
  await until("b gets more", () => bench.member("b").out.bytes >= before + 100);
  await bench.stop();
  await draining;
});

test("reload() of many at once ends with the last", async () => {
  await using bench = await BenchHub.start(["a"]);
  const configs = [
    ["a", "b"],
    ["a", "b", "c"],
    ["a", "c"],
  ].map((names) => bench.config(names));

  await Promise.all(configs.map((config) => bench.hub.reload(config)));

  deepEqual(
    bench.hub.snapshot().networks[0]?.members.map(({ name }) => name),
    ["a", "c"],
  );
});
