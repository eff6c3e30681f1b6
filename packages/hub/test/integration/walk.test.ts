// The way of one message, counted: functions from the event of the kernel to the queue of its reader.

import { ok } from "node:assert/strict";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createHub } from "@anyserial/hub";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { until } from "@anyserial/test-support/until";

/** From the event loop to `Egress.offer()`; the write after it passes six more. */
const MOST_FRAMES = 10;
const MESSAGES = 20;

test("a message from one pty to another passes ten functions on its way to its reader", async (t) => {
  const folder = temporaryFolder(t);
  const [from, to] = [join(folder, "from"), join(folder, "to")];
  const members = { from: { port: from }, to: { port: to } };
  await using hub = await createHub({ networks: { n: { members } } });
  const { O_NOCTTY, O_NONBLOCK, O_RDWR } = constants;
  const files = [from, to].map((path) => openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK));
  t.after(() => files.forEach(closeSync));
  await until("both are open", () =>
    hub.snapshot().networks[0]?.members.every((one) => one.applicationOpen),
  );
  const walks: string[][] = [];
  Error.stackTraceLimit = 50;
  hub.on("traffic", ({ direction }) => {
    if (direction !== "out") return;
    const frames = (new Error("here").stack ?? "").split("\n");
    const own = frames.filter((line) => line.includes("/dist/"));
    walks.push(own.slice(own.findIndex((line) => line.includes(".offer "))));
  });

  for (let sent = 1; sent <= MESSAGES; sent++) {
    writeSync(files[0] as number, "hello");
    await until("it has passed", () => walks.length === sent);
  }

  const shortest = walks.reduce((best, walk) => (walk.length < best.length ? walk : best));
  ok(shortest.length <= MOST_FRAMES, shortest.join("\n"));
});
