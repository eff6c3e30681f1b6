// Opening and closing over a real pty: the effect on the input, on the settings, on other
// processes, and the remains of ten thousand times.

import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTask } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { alive } from "@anyserial/test-support/alive";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { until } from "@anyserial/test-support/until";
import { openSerialPort, serialSessions } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { openSerialPortSync } from "anyserial/sync";
import { openPtyPair } from "anyserial/testing";
import type { Backend } from "../../dist/backend/backend.js";
import { createSerialConfig } from "../../dist/config/config.js";
import { selectBackend } from "../../dist/platform/select.js";
import { openWith } from "../../dist/port/open.js";
import { leakFree } from "../helpers/leak-free.ts";
import { runs } from "../helpers/runs.ts";

const CYCLES = runs(1700);
/** A port that stays is some kilobytes. */
const MOST_GROWTH_BYTES = 1024 * CYCLES;

test(
  "openSerialPort() discards bytes that the device sent before",
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

/** Every way to open a port with settings; each gives the bytes that are there. */
const WAYS: readonly (readonly [string, (path: string, keep: boolean) => Promise<Uint8Array>])[] = [
  [
    "openSerialPort()",
    async (path, keep) => {
      await using port = await openSerialPort(path, { discardInputOnOpen: !keep });
      return keep ? await port.receive() : waitingOf(await port.inputWaiting());
    },
  ],
  [
    "openSerialPortSync()",
    async (path, keep) => {
      using port = openSerialPortSync(path, { discardInputOnOpen: !keep });
      return keep ? port.receive({ timeoutMs: 10_000 }) : waitingOf(port.inputWaiting());
    },
  ],
  [
    "serialSessions()",
    async (path, keep) => {
      for await (const port of serialSessions(path, { discardInputOnOpen: !keep })) {
        return keep ? await port.receive() : waitingOf(await port.inputWaiting());
      }
      throw new Error("there was no session");
    },
  ],
];
for (const [name, open] of WAYS) {
  for (const keep of [true, false]) {
    test(
      `${name} ${keep ? "with discardInputOnOpen: false keeps" : "discards"} bytes that arrived while the port was closed`,
      leakFree(async () => {
        await using device = await createVirtualPort();
        await device.send(Buffer.from("greeting"));
        await until("it has arrived", () => device.unreadBytes() === 8);

        equal(Buffer.from(await open(device.path, keep)).toString(), keep ? "greeting" : "");
      }),
    );
  }
}

function waitingOf(count: number): Uint8Array {
  return new Uint8Array(count);
}

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
    equal((await holder.effectiveConfig()).baudRate, 1200);
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
  "openSerialPort() and close(), again and again, leave nothing behind",
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
  "createVirtualPort() and close(), again and again with a port on each, leave nothing behind",
  leakFree(async () => {
    for (let cycle = 0; cycle < runs(250); cycle++) {
      await using pair = await openPtyPair();
      equal(pair.port.isOpen, true);
    }
  }),
);

/** Bytes of the heap after everything that can be collected is. */
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
