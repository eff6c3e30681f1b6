// The public list on this machine, whatever it has, and the other backends beside it.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { nextTask } from "@anyserial/test-support/tasks";
import { isSerialError, listSerialPorts, type PortInfo, platformCapabilities } from "anyserial";
import { PortEvents } from "../../dist/discovery/port-events.js";
import { listOf } from "../../dist/discovery/port-list.js";
import { loopBackend } from "../../dist/memory/memory-backend.js";
import { comparePorts } from "../../dist/model/port-info.js";
import { UnsupportedBackend } from "../../dist/platform/unsupported.js";
import * as models from "../helpers/device-models.ts";
import { deviceTree } from "../helpers/device-tree.ts";
import { treeBackend } from "../helpers/tree-backend.ts";

test("platformCapabilities() of Linux has port discovery", async () => {
  assert.equal((await platformCapabilities()).portDiscovery, "supported");
});

test("listSerialPorts() is sorted, frozen, and looks anew each time", async () => {
  const [first, second] = [await listSerialPorts(), await listSerialPorts()];

  assert.deepEqual(first, second);
  assert.deepEqual([...first].sort(comparePorts), first);
  for (const [index, port] of first.entries()) {
    assert.ok(Object.isFrozen(port));
    assert.notEqual(port, second[index]);
  }
});

test("listSerialPorts() by udev finds the same ports as by native", async (t) => {
  const native = await listSerialPorts();
  const udev = await listByUdev(t);
  if (udev === undefined) return;

  assert.deepEqual(
    udev.map(({ path, driver }) => [path, driver]),
    native.map(({ path, driver }) => [path, driver]),
  );
});

async function listByUdev(t: TestContext): Promise<PortInfo[] | undefined> {
  try {
    return await listSerialPorts({ backend: "udev" });
  } catch (error) {
    if (!isSerialError(error) || error.code !== "ERR_SERIAL_DISCOVERY") throw error;
    t.skip("libudev is not installed");
    return undefined;
  }
}

test("listSerialPorts() without sysfs is empty, with one note for all calls", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  rmSync(tree.sysfs, { recursive: true });
  const backend = treeBackend(tree);
  const notes: Error[] = [];
  const onWarning = (warning: Error): void => void notes.push(warning);
  process.on("warning", onWarning);
  t.after(() => process.off("warning", onWarning));

  const lists = [await listOf(backend, "native"), await listOf(backend, "native")];
  await nextTask(); // warnings are emitted in a task of their own

  assert.deepEqual(lists, [[], []]);
  assert.deepEqual(
    notes.map(({ name }) => name),
    ["SerialDiscoveryWarning"],
  );
});

test("discovery on a system without a backend says why", async () => {
  const backend = new UnsupportedBackend("plan9", "there is no backend for plan9 yet");

  await assert.rejects(listOf(backend, "native"), { name: "UnsupportedPlatformError" });
  await assert.rejects(new PortEvents(async () => backend, {}).next(), {
    name: "UnsupportedPlatformError",
  });
});

test("discovery of a backend that has none is refused with a hint", async () => {
  await assert.rejects(listOf(loopBackend, "native"), { code: "ERR_SERIAL_DISCOVERY" });
  await assert.rejects(new PortEvents(async () => loopBackend, {}).next(), {
    code: "ERR_SERIAL_DISCOVERY",
  });
});
