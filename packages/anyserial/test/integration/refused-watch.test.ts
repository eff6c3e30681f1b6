// Substitutes where the system refuses to watch, at the user's limit of inotify: slower, and
// reported once.

import { deepEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { createVirtualPort } from "anyserial/pty";
import { type Child, startProgram } from "../helpers/child.ts";
import * as models from "../helpers/device-models.ts";
import { deviceTree } from "../helpers/device-tree.ts";

/** A user namespace has limits of its own, which lets other tests of this user alone. */
const LIMITS = {
  instances: "max_inotify_instances",
  watches: "max_inotify_watches",
} as const;

function limited(limit: keyof typeof LIMITS): string[] {
  const script = `echo 0 > /proc/sys/user/${LIMITS[limit]} && exec "$0" "$@"`;
  return ["--user", "--map-root-user", "sh", "-c", script];
}

function canLimit(): boolean {
  return spawnSync("unshare", [...limited("instances"), "true"]).status === 0;
}

const skip = canLimit() ? false : "there are no user namespaces here";

function start(limit: keyof typeof LIMITS, ...args: string[]): Child {
  const fixture = fileURLToPath(new URL("../fixtures/refused-watch.js", import.meta.url));
  return startProgram("unshare", [...limited(limit), process.execPath, fixture, ...args]);
}

/** Messages up to one, in any order: a warning comes when it comes. */
async function messagesUntil(child: Child, last: object): Promise<string[]> {
  const all: string[] = [];
  do all.push(JSON.stringify(await child.message()));
  while (all.at(-1) !== JSON.stringify(last));
  return all;
}

function countsOf(messages: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const message of messages) counts[message] = (counts[message] ?? 0) + 1;
  return counts;
}

const warned = (code: string): string => JSON.stringify({ warning: "SerialWatchWarning", code });

for (const limit of ["instances", "watches"] as const) {
  test(`serialSessions() finds a port without inotify ${limit}, and warns once`, {
    skip,
  }, async (t) => {
    const path = join(temporaryFolder(t), "tty");
    await using device = await createVirtualPort();
    await using child = start(limit, "session", path);
    const warning = { warning: "SerialWatchWarning", code: "ERR_SERIAL_WATCH" };
    await messagesUntil(child, warning);

    symlinkSync(device.path, path);

    deepEqual(await messagesUntil(child, { opened: path }), [JSON.stringify({ opened: path })]);
    deepEqual((await child.ended()).code, 0);
  });

  test(`watchSerialPorts() reports ports without inotify ${limit}, and warns once`, {
    skip,
  }, async (t) => {
    const tree = deviceTree(t, models.FT232R);
    const name = "ttyUSB0";
    await using child = start(limit, "ports", tree.sysfs, tree.dev);
    const before = await messagesUntil(child, { added: name });

    unlinkSync(tree.node(name));

    const after = await messagesUntil(child, { removed: name });
    deepEqual(countsOf([...before, ...after]), {
      [JSON.stringify({ added: name })]: 1,
      [JSON.stringify({ removed: name })]: 1,
      [warned("ERR_SERIAL_INOTIFY")]: 1,
    });
    deepEqual((await child.ended()).code, 0);
  });

  test(`createVirtualPort() reports its application and keeps its link without inotify ${limit}`, {
    skip,
  }, async (t) => {
    const link = join(temporaryFolder(t), "tty");
    await using child = start(limit, "port", link);
    const ready = (await messagesUntilReady(child)).at(-1) as { ready: string };

    const application = openSync(ready.ready, "r+");
    const opened = await messagesUntil(child, { kind: "open" });
    closeSync(application);
    const closed = await messagesUntil(child, { kind: "close" });
    rmSync(link);
    await messagesUntil(child, { kind: "link-restored" });

    const warnings = [...opened, ...closed].filter((message) => message.includes("warning"));
    deepEqual(
      new Set(warnings),
      new Set(warnings.length > 0 ? [warned("ERR_SERIAL_INOTIFY")] : []),
    );
    const { code, stderr } = await child.ended();
    deepEqual([code, stderr.match(/SerialWatchWarning/g)?.length], [0, 2]); // presence, and links
  });
}

async function messagesUntilReady(child: Child): Promise<object[]> {
  const all: object[] = [];
  do all.push((await child.message()) as object);
  while (!("ready" in (all.at(-1) ?? {})));
  return all;
}
