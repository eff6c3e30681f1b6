// The public list on this machine, whatever it has, and the other backends beside it.

import assert from "node:assert/strict";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { isSerialError, listSerialPorts, type PortInfo, platformCapabilities } from "anyserial";
import { loopBackend } from "#internal/backend/memory.js";
import { UnsupportedBackend } from "#internal/backend/unsupported.js";
import { PortEvents } from "#internal/port-events.js";
import { comparePorts } from "#internal/port-info.js";
import { listOf } from "#internal/port-list.js";
import * as models from "../helpers/device-models.ts";
import { deviceTree } from "../helpers/device-tree.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
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

test("listSerialPorts() by serialport lists what node-serialport finds", async (t) => {
  putUdevadm(
    t,
    [
      "P: /devices/pci0000:00/usb1/1-2/1-2:1.0/ttyUSB10/tty/ttyUSB10",
      "N: ttyUSB10",
      "E: DEVNAME=/dev/ttyUSB10",
      "E: ID_VENDOR_ID=0403",
      "E: ID_MODEL_ID=6001",
      "E: ID_SERIAL_SHORT=A6008isP",
      "",
      "P: /devices/pnp0/00:05/tty/ttyUSB2",
      "N: ttyUSB2",
      "E: DEVNAME=/dev/ttyUSB2",
    ].join("\n"),
  );

  const ports = await listSerialPorts({ backend: "serialport" });

  assert.deepEqual(
    ports.map(({ path, hardwareId }) => [path, hardwareId]),
    [
      ["/dev/ttyUSB2", undefined],
      ["/dev/ttyUSB10", "USB VID:PID=0403:6001 SER=A6008isP"],
    ],
  );
});

/** A udevadm that prints a given database. */
function putUdevadm(t: TestContext, database: string): void {
  const folder = temporaryFolder(t);
  const { PATH } = process.env;
  writeFileSync(join(folder, "database"), `${database}\n`);
  writeFileSync(join(folder, "udevadm"), `#!/bin/sh\nexec cat "${folder}/database"\n`);
  chmodSync(join(folder, "udevadm"), 0o755);
  process.env["PATH"] = `${folder}:${PATH}`;
  t.after(() => {
    process.env["PATH"] = PATH;
  });
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
  await new Promise(setImmediate); // warnings are emitted in a task of their own

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
