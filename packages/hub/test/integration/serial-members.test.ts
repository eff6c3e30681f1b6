// Real ports as members at bad moments: unplugged while nothing is read from them, failing when they are used.

import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { tasks } from "@anyserial/test-support/tasks";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort } from "anyserial/pty";
import { BenchHub } from "../helpers/bench-hub.ts";
import { FaultyCalls } from "../helpers/faulty-calls.ts";

test("a real port that is unplugged while its network waits leaves, and comes back", async () => {
  await using bench = BenchHub.prepare();
  const link = bench.path("keep-line");
  const device = await createVirtualPort({ link });
  const calls = new FaultyCalls();
  const options = { overflow: "backpressure", queue: 1, stallAfterMs: 3_600_000 } as const;
  const { net } = bench.config(["app"], { ...options }).networks;
  const members = { line: { serial: link }, ...net?.members };
  await bench.run(
    { networks: { net: { ...options, members } } },
    { wrap: (member, { name }) => (name === "line" ? calls.wrap("line", member) : member) },
  );
  const app = await bench.open("app");
  await until("it is open", () => bench.member("line").applicationOpen);
  // The application does not read: its queue is full, and that of the line.
  await until("the application is full", () => {
    device.trySend(Buffer.alloc(1024));
    return bench.member("app").queuedBytes > 0;
  });
  await until("the line is full", () => {
    app.trySend(Buffer.alloc(1024));
    return bench.member("line").queuedBytes > 0;
  });
  equal(bench.hub.snapshot().networks[0]?.paused, true);

  await device.close();
  await bench.event("member-close", "line");
  const { error } = await bench.event("member-error", "line");
  const before = calls.count("line.write");
  await tasks(200);

  equal(error.name, "SerialDisconnectedError");
  equal(calls.count("line.write"), before, "it is written to again and again");
  equal(bench.member("line").error, error.message);
  const second = await createVirtualPort({ link });
  await until("it is back", () => bench.told("member-open", "line").length === 2);
  equal(bench.member("line").error, undefined);
  await bench.stop();
  await second.close();
});

test("a real port that is hung up on is opened again, and that is no failure", async () => {
  await using bench = BenchHub.prepare();
  const device = await createVirtualPort();
  const { net } = bench.config(["a"]).networks;
  const line = { serial: device.path, overflow: "disconnect", queue: 1000 } as const;
  await bench.run({ networks: { net: { members: { ...net?.members, line } } } });
  const a = await bench.open("a");
  await until("it is open", () => bench.member("line").applicationOpen);

  await until("it is hung up on", () => {
    a.trySend(Buffer.alloc(4096));
    return bench.told("disconnect", "line").length > 0;
  });
  await until("it is back", () => bench.told("member-open", "line").length > 1);

  ok(bench.told("member-close", "line").length > 0);
  equal(bench.told("member-error", "line").length, 0);
  await bench.stop();
  await device.close();
});
