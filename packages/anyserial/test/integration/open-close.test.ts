// Opening and closing over a real pty: what it does to the input, to the settings, to other
// processes, and what ten thousand times of it leave behind.

import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createSerialConfig, openSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { openPtyPair } from "anyserial/testing";
import type { Backend } from "#internal/backend/backend.js";
import { selectBackend } from "#internal/backend/select.js";
import { openWith } from "#internal/open.js";
import { alive } from "../helpers/alive.ts";
import { leakFree } from "../helpers/leak-free.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/until.ts";

const CYCLES = 10_000;
/** A port that stays is some kilobytes: ten thousand of them would not go unseen. */
const MOST_GROWTH_BYTES = 8 * 1024 * 1024;

test(
  "openSerialPort() throws away what the device sent before",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using first = await openSerialPort(device.path);
    await device.send(Buffer.alloc(10_000, "stale"));
    await until(
      "the input queue is full, and more waits behind it",
      async () => (await first.inputWaiting()) === 4095,
    );
    await using second = await openSerialPort(device.path);

    equal(await second.inputWaiting(), 0);
    await device.send(Buffer.from("fresh"));
    deepEqual(Buffer.from(await second.receive()).toString(), "fresh");
  }),
);

test(
  "openSerialPort() that fails leaves the settings of the terminal as they were",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using holder = await openSerialPort(device.path, { baudRate: 1200 });
    const before = device.settings();

    await rejects(openSerialPort(device.path, { baudRate: 9600, lowLatency: true }), {
      name: "UnsupportedFeatureError",
    });

    deepEqual(device.settings(), before);
    equal(holder.effectiveConfig().baudRate, 1200);
  }),
);

test(
  "openSerialPort() that fails gives up the lock that it took",
  leakFree(async () => {
    await using device = await createVirtualPort();

    await rejects(openSerialPort(device.path, { exclusive: true, lowLatency: true }));

    await using port = await openSerialPort(device.path, { exclusive: true });
    ok(port.isOpen);
  }),
);

test(
  "openSerialPort() keeps its descriptor from child processes, and from being their terminal",
  leakFree(async () => {
    await using pair = await openPtyPair();
    const { path, fd } = pair.port;

    const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
    const inherited = execFileSync("ls", ["-l", "/proc/self/fd"], { encoding: "utf8" });

    equal(Number.parseInt(flags ?? "", 8) & 0o2000000, 0o2000000); // O_CLOEXEC
    equal(inherited.includes(path), false);
    const terminal = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ")[4];
    const device = execFileSync("stat", ["-c", "%Hr %Lr", path], { encoding: "utf8" }).trim();
    const [major = 0, minor = 0] = device.split(" ").map(Number);
    notEqual(Number(terminal), major * 256 + minor);
  }),
);

test(
  "openSerialPort() aborted at any moment leaves no port open",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const reason = new Error("not any more");

    for (let ticks = 0; ticks < 20; ticks++) {
      const controller = new AbortController();
      const opening = openSerialPort(device.path, {}, { signal: controller.signal });
      const settled = opening.then(
        (port) => port.close(),
        (error: unknown) => equal(error, reason),
      );
      for (let tick = 0; tick < ticks; tick++) await undefined;
      controller.abort(reason);
      await settled;
    }
  }),
);

test(
  "openSerialPort() of a device that goes away meanwhile fails, and leaves nothing open",
  leakFree(async () => {
    const device = await createVirtualPort();
    const system = await selectBackend();
    const backend: Backend = {
      name: system.name,
      platformCapabilities: () => system.platformCapabilities(),
      openBlocking: (request) => system.openBlocking(request),
      open: async (request) => {
        const port = await system.open(request);
        await device.close();
        return port;
      },
    };
    const target = { path: device.path, info: undefined };

    await rejects(openWith(backend, target, createSerialConfig()), {
      name: "SerialDisconnectedError",
    });
  }),
);

test(
  "openSerialPort() opens a path again after its device was gone, with every setting",
  leakFree(async (t) => {
    const link = join(temporaryFolder(t), "tty");
    const first = await createVirtualPort({ link });
    const port = await openSerialPort(link, { baudRate: 4800 });
    await first.close();
    equal((await alive(port.closed))?.name, "SerialDisconnectedError");
    await rejects(openSerialPort(link), { name: "PortNotFoundError" });

    await using second = await createVirtualPort({ link });
    await using again = await openSerialPort(link, { baudRate: 4800 });
    equal(second.settings().baudRate, 4800);
    equal(again.config.baudRate, 4800);
  }),
);

test(
  `openSerialPort() and close(), ${CYCLES} times, leave nothing behind`,
  leakFree(async () => {
    await using device = await createVirtualPort();
    for (let cycle = 0; cycle < 500; cycle++) await (await openSerialPort(device.path)).close();
    const bytesBefore = await heapBytes();

    for (let cycle = 0; cycle < CYCLES; cycle++) {
      await using port = await openSerialPort(device.path);
      if (cycle % 10 === 0) await port.send(Buffer.from("x"));
    }

    const growth = (await heapBytes()) - bytesBefore;
    ok(growth < MOST_GROWTH_BYTES, `grew by ${growth} bytes`);
  }),
);

test(
  "createVirtualPort() and close(), a thousand times with a port on each, leave nothing behind",
  leakFree(async () => {
    for (let cycle = 0; cycle < 1000; cycle++) {
      await using pair = await openPtyPair();
      equal(pair.port.isOpen, true);
    }
  }),
);

/** What the heap holds when everything that can be collected is. */
async function heapBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 4; round++) {
    collect();
    await nextTask(); // finalizers run
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
