// An adapter that comes back: found again by its serial number, under whatever name, as often as it likes.

import { equal, notEqual, ok } from "node:assert/strict";
import { closeSync, openSync, readdirSync } from "node:fs";
import { after, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { stayAlive } from "@anyserial/test-support/alive";
import { SerialDisconnectedError, serialSessions } from "anyserial";
import { askHost } from "../helpers/host.ts";
import { plugAdapter } from "../helpers/usb-adapter.ts";

const CYCLES = 200;
/** Until here, whatever is made once is made. */
const WARM_UP_CYCLES = 10;
const MEGABYTE = 1024 * 1024;

const adapter = await plugAdapter({ after }, { channel: "left", serial: "SESSION1" });
await askHost("mode", { channel: "left", mode: "echo" });
stayAlive({ after });
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("serialSessions() finds an adapter again by its serial number, under another name", async () => {
  const sessions = serialSessions({ serialNumber: "SESSION1" }, { baudRate: 57_600 });
  const first = (await sessions.next()).value;
  // Another program that keeps the old node open, so that its name is not free.
  const holder = openSync(adapter.path, "r+");

  await adapter.unplug();
  ok((await first?.closed) instanceof SerialDisconnectedError);
  await adapter.plug();
  const second = (await sessions.next()).value;

  notEqual(second?.path, first?.path);
  equal(second?.path, adapter.path);
  equal(second?.info?.serialNumber, "SESSION1");
  equal((await second?.effectiveConfig())?.baudRate, 57_600);

  closeSync(holder);
  await sessions.return(undefined);
});

test("200 plug cycles leave no descriptor, thread or memory behind", async (t) => {
  let before = await held();
  const sessions = serialSessions({ serialNumber: "SESSION1" });
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    if (cycle === WARM_UP_CYCLES) before = await held();
    if (!adapter.isPlugged) await adapter.plug();
    const port = (await sessions.next()).value;
    const message = new TextEncoder().encode(`cycle ${cycle}`);
    await port?.send(message);
    equal((await port?.reader.receiveExactly(message.length))?.length, message.length);
    await adapter.unplug();
    ok((await port?.closed) instanceof SerialDisconnectedError);
  }
  const now = await held();
  await sessions.return(undefined);

  t.diagnostic(`before ${JSON.stringify(before)}, after ${JSON.stringify(now)}`);
  equal(now.descriptors, before.descriptors);
  equal(now.threads, before.threads);
  ok(now.heap - before.heap < MEGABYTE, "the heap has grown");
  ok(now.outsideHeap - before.outsideHeap < MEGABYTE, "the memory outside of the heap has grown");
});

async function held(): Promise<{
  descriptors: number;
  threads: number;
  heap: number;
  outsideHeap: number;
}> {
  // Memory outside of the heap is given back in tasks after a collection.
  for (let collection = 0; collection < 3; collection++) {
    collectGarbage();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    threads: readdirSync("/proc/self/task").length,
    heap: heapUsed,
    outsideHeap: external,
  };
}
