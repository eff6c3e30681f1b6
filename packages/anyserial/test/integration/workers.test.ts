// Worker threads that end with ports open: no descriptor, no lock and no thread of theirs is left, and what blocks
// in them keeps nothing from its end.

import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { openSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import type { WorkerPorts } from "../fixtures/worker-ports.ts";
import { startFixture } from "../helpers/child.ts";
import { leakFree } from "../helpers/leak-free.ts";
import { eventsHandled } from "../helpers/next-application.ts";

const FIXTURE = new URL("../fixtures/worker-ports.js", import.meta.url);
const ACTIVITIES = [
  "an idle port",
  "a receive",
  "a send",
  "a blocking port",
  "an emulated port",
  "a watch",
] as const;
const ENDS = ["close()", "itself", "process.exit()", "an error", "worker.terminate()"] as const;

/** A pending call keeps its worker alive. */
function isEnd(activity: string, end: string): boolean {
  return end !== "itself" || !["a receive", "a send", "a watch"].includes(activity);
}

async function runWorker(ports: WorkerPorts): Promise<void> {
  const worker = new Worker(FIXTURE, { workerData: ports });
  const errors: string[] = [];
  worker.on("error", (error) => errors.push(error.message));
  const exited = new Promise((resolve) => worker.once("exit", resolve));
  const ready = new Promise((resolve) => worker.once("message", resolve));
  await Promise.race([ready, exited]);
  if (ports.end === "worker.terminate()") await worker.terminate();
  await exited;
  await eventsHandled(); // an emulated port is fresh again once its owner has noticed the end
  deepEqual(errors, ports.end === "an error" ? ["uncaught"] : []);
}

for (const activity of ACTIVITIES) {
  for (const end of ENDS.filter((way) => isEnd(activity, way))) {
    test(
      `a worker with ${activity} leaves nothing when it ends by ${end}`,
      leakFree(async (t) => {
        const folder = temporaryFolder(t);
        await using device = await createVirtualPort();

        await runWorker({ path: device.path, link: join(folder, "tty"), activity, end });

        await using port = await openSerialPort(device.path, { exclusive: true });
        ok(port.isOpen);
        // No JavaScript runs in a worker that is terminated: a link stays, and dangles.
        if (end !== "worker.terminate()") deepEqual(readdirSync(folder), []);
      }),
    );
  }
}

test(
  "worker.terminate() ends a worker that blocks in a receive of anyserial/sync",
  leakFree(async () => {
    await using device = await createVirtualPort();
    const ports = { path: device.path, link: "", activity: "a blocking receive" };

    await runWorker({ ...ports, end: "worker.terminate()" });

    await using port = await openSerialPort(device.path, { exclusive: true });
    ok(port.isOpen);
  }),
);

test(
  "process.exit() ends a process whose worker blocks in a receive of anyserial/sync",
  leakFree(async () => {
    await using device = await createVirtualPort();
    await using child = startFixture("exit-beside-sync", { args: [device.path] });
    await child.message();

    const { code } = await child.ended();

    equal(code, 7);
    equal(device.applicationOpen, false);
  }),
);
