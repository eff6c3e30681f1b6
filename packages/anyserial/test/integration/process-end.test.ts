// A process, or a worker, that ends with ports open and calls waiting: it ends, and by itself.

import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createVirtualPort } from "anyserial/pty";
import { type Child, startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";
import { until } from "../helpers/until.ts";

interface EndCase {
  readonly name: string;
  readonly how: string;
  readonly code: number | null;
  readonly signal?: NodeJS.Signals;
  /** What to do when the process is ready. */
  readonly finish?: (child: Child) => unknown;
  readonly stderr: RegExp;
}

const ends: readonly EndCase[] = [
  { name: "process.exit() with calls waiting", how: "exit", code: 7, stderr: /^$/ },
  { name: "process.exit() while bytes pour in", how: "flood", code: 7, stderr: /^(\w+Error\n)*$/ },
  { name: "an uncaught error", how: "throw", code: 1, stderr: /Error: uncaught/ },
  { name: "an unhandled rejection", how: "reject", code: 1, stderr: /Error: unhandled/ },
  { name: "the event loop running out, with idle ports open", how: "idle", code: 0, stderr: /^$/ },
  {
    name: "close() of every port",
    how: "close",
    code: 0,
    stderr: /^SerialClosedError\nSerialClosedError\nSerialClosedError\n$/,
  },
  ...(["SIGTERM", "SIGINT", "SIGHUP"] as const).map((signal) => ({
    name: signal,
    how: "wait",
    code: null,
    signal,
    finish: (child: Child) => child.process.kill(signal),
    stderr: /^$/,
  })),
];

const workerEnds: readonly EndCase[] = [
  { name: "worker.terminate()", how: "worker-terminate", code: 0, stderr: /^worker ended 1\n$/ },
  {
    name: "process.exit() in the worker",
    how: "worker-exit",
    code: 0,
    stderr: /worker ended 7\n$/,
  },
  { name: "process.exit() on the main thread", how: "worker-exit-main", code: 7, stderr: /^$/ },
  {
    name: "an uncaught error in the worker",
    how: "worker-throw",
    code: 0,
    stderr: /worker ended 1/,
  },
  {
    name: "idle ports only in the worker",
    how: "worker-idle",
    code: 0,
    stderr: /^worker ended 0\n$/,
  },
  {
    name: "close() of every port in the worker",
    how: "worker-close",
    code: 0,
    stderr: /worker ended 0\n$/,
  },
];

for (const mechanism of ["libuv", "reactor"]) {
  for (const end of ends) {
    test(
      `a process ends on ${end.name} (${mechanism})`,
      leakFree(() => expectEnd(end, mechanism)),
    );
  }
}

for (const end of workerEnds) {
  // libuv's loop is the main thread's: a worker has the reactor, whatever the default is.
  const mechanism = process.env["ANYSERIAL_READINESS"] === "reactor" ? "reactor" : "";
  test(
    `a process with a worker ends on ${end.name}`,
    leakFree(() => expectEnd(end, mechanism)),
  );
}

for (const mechanism of ["libuv", "reactor"]) {
  test(
    `a waiting receive() keeps a process alive until it gets its bytes (${mechanism})`,
    leakFree(async () => {
      await using device = await createVirtualPort();
      await using child = startFixture("end-process", {
        args: [device.path, "pending"],
        env: { ANYSERIAL_READINESS: mechanism },
      });
      await child.message();
      // It has nothing else to do: had the receive not kept it alive, nobody would take the byte.
      await until("it sleeps", () => stateOf(child) === "S");
      await device.send(Buffer.from("x"));

      deepEqual(await child.ended(), { code: 0, signal: null, stderr: "" });
      equal(device.applicationOpen, false);
    }),
  );
}

test(
  "process.exit() lets the reactor's thread load koffi, which would abort the process otherwise",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const preload = new URL("../fixtures/slow-thread.js", import.meta.url).href;
    await using child = startFixture("end-process", {
      args: [device.path, "start"],
      env: { ANYSERIAL_READINESS: "reactor", NODE_OPTIONS: `--import ${preload}` },
    });

    deepEqual(await child.ended(), { code: 7, signal: null, stderr: "loaded\n" });
  }),
);

test(
  "a process does not wait for the thread of a drainExact() that was aborted",
  leakFree(async () => {
    const preload = new URL("../fixtures/slow-thread.js", import.meta.url).href;
    await using child = startFixture("abort-tcdrain", {
      env: { NODE_OPTIONS: `--import ${preload}` },
    });

    deepEqual(await child.ended(), { code: 0, signal: null, stderr: "" });
  }),
);

async function expectEnd(end: EndCase, mechanism: string): Promise<void> {
  await using device = await createVirtualPort();
  await using child = startFixture("end-process", {
    args: [device.path, end.how],
    env: { ANYSERIAL_READINESS: mechanism },
  });
  const ready = (await child.message()) as { ready: boolean };
  await end.finish?.(child);
  const { code, signal, stderr } = await child.ended();

  equal(ready.ready, true);
  equal(signal, end.signal ?? null, stderr);
  equal(code, end.code, stderr);
  ok(end.stderr.test(stderr), `on its standard error: ${stderr}`);
  equal(device.applicationOpen, false);
}

function stateOf(child: Child): string | undefined {
  return readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.[0];
}
