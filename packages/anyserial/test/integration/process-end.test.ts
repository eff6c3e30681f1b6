// A process, or a worker, that ends with ports open and calls waiting: it ends, and by itself.

import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort } from "anyserial/pty";
import { type Child, startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";

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

for (const end of ends) {
  test(
    `a process ends on ${end.name}`,
    leakFree(() => expectEnd(end)),
  );
}

// A worker has the reactor, whatever the main thread has.
for (const end of workerEnds) {
  test(
    `a process with a worker ends on ${end.name}`,
    leakFree(() => expectEnd(end)),
  );
}

test(
  "a waiting receive() keeps a process alive until it gets its bytes",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = startFixture("end-process", {
      args: [device.path, "pending"],
    });
    await child.message();
    // It has nothing else to do: had the receive not kept it alive, the byte would stay unread.
    await until("it sleeps", () => stateOf(child) === "S");
    await device.send(Buffer.from("x"));

    deepEqual(await child.ended(), { code: 0, signal: null, stderr: "" });
    equal(device.applicationOpen, false);
  }),
);

test(
  "process.exit() lets the reactor's thread load koffi, which would abort the process otherwise",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const preload = fileURLToPath(new URL("../fixtures/slow-thread.cjs", import.meta.url));
    await using child = startFixture("end-process", {
      args: [device.path, "start"],
      env: { ANYSERIAL_READINESS: "reactor", NODE_OPTIONS: `--require ${preload}` },
    });

    deepEqual(await child.ended(), { code: 7, signal: null, stderr: "loaded\n" });
  }),
);

test(
  "a process does not wait for the thread of a drainExact() that was aborted",
  leakFree(async () => {
    const preload = fileURLToPath(new URL("../fixtures/slow-thread.cjs", import.meta.url));
    await using child = startFixture("abort-tcdrain", {
      env: { NODE_OPTIONS: `--require ${preload}` },
    });

    deepEqual(await child.ended(), { code: 0, signal: null, stderr: "" });
  }),
);

async function expectEnd(end: EndCase): Promise<void> {
  await using device = await createVirtualPort();
  await using child = startFixture("end-process", {
    args: [device.path, end.how],
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
