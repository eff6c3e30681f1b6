// Opening discovered ports: synthetic trees whose nodes are links to real ptys.

import assert from "node:assert/strict";
import { symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  findSerialPort,
  listSerialPorts,
  openSerialPort,
  type PortInfo,
  type SerialPort,
  serialSessions,
} from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { openSerialPortSync } from "anyserial/sync";
import type { Backend } from "../../dist/backend/backend.js";
import { createSerialConfig } from "../../dist/config/config.js";
import { findOnlyNow } from "../../dist/discovery/port-list.js";
import { createPortInfo } from "../../dist/model/port-info.js";
import { selectBackend } from "../../dist/platform/select.js";
import { openMatching, openWith } from "../../dist/port/open.js";
import { openWhenMatching } from "../../dist/port/sessions.js";
import * as models from "../helpers/device-models.ts";
import { type DeviceTree, deviceTree, type Machine } from "../helpers/device-tree.ts";
import { leakFree } from "../helpers/leak-free.ts";
import { treeBackend } from "../helpers/tree-backend.ts";

const HOW = { config: {}, signal: undefined };

/** Puts a pty behind a node. */
async function attach(t: TestContext, tree: DeviceTree, tty: string): Promise<VirtualPort> {
  const device = await createVirtualPort();
  t.after(() => device.close());
  unlinkSync(tree.node(tty));
  symlinkSync(device.path, tree.node(tty));
  return device;
}

async function treeWith(t: TestContext, tty: string, ...machines: Machine[]): Promise<DeviceTree> {
  const tree = deviceTree(t, ...machines);
  await attach(t, tree, tty);
  return tree;
}

test("openSerialPort() opens the one port that a filter means, with its record", async (t) => {
  const tree = await treeWith(t, "ttyUSB0", models.FT232R, models.PL2303);

  await using port = await openMatching(treeBackend(tree), { vid: 0x0403 }, HOW);

  assert.equal(port.path, tree.node("ttyUSB0"));
  assert.equal(port.info?.serialNumber, "A6008isP");
});

test("openSerialPort() finds a port by the path of a link", async (t) => {
  const tree = await treeWith(t, "ttyUSB0", models.FT232R, models.PL2303);
  const path = join(tree.dev, "serial/by-id/usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0");

  await using port = await openMatching(treeBackend(tree), { path, vid: 0x0403 }, HOW);

  assert.equal(port.info?.name, "ttyUSB0");
});

test("openSerialPort() fails with PortNotFoundError when no port matches", async (t) => {
  const tree = deviceTree(t, models.FT232R);

  await assert.rejects(openMatching(treeBackend(tree), { vid: 0x1234 }, HOW), {
    name: "PortNotFoundError",
    code: "ERR_SERIAL_NO_MATCH",
    message: "Cannot open port with vid 1234: no port matches",
  });
});

test("openSerialPort() lists the ports when several match", async (t) => {
  const tree = deviceTree(t, models.STM32);

  await assert.rejects(openMatching(treeBackend(tree), { serialNumber: "207F37A5594E" }, HOW), {
    name: "ConfigurationError",
    code: "ERR_SERIAL_AMBIGUOUS",
    message: `Cannot open port with serialNumber "207F37A5594E": 2 ports match: ${tree.node(
      "ttyACM1",
    )} (2-1.4.2:1.0), ${tree.node("ttyACM10")} (2-1.4.2:1.2)`,
  });
});

test("openSerialPort() refuses a filter that asks for nothing", async () => {
  await assert.rejects(openSerialPort({}), { code: "ERR_INVALID_ARG_VALUE" });
  await assert.rejects(openSerialPort({ vid: undefined }), { code: "ERR_INVALID_ARG_VALUE" });
});

test("openSerialPort() takes a filter of nothing but a path as the path", async () => {
  await using device = await createVirtualPort();

  await using port = await openSerialPort({ path: device.path });

  assert.equal(port.path, device.path);
});

test("openSerialPort() opens a PortInfo and keeps it as port.info", async () => {
  await using device = await createVirtualPort();
  const info = Object.freeze({ ...anyInfo(), path: device.path });

  await using port = await openSerialPort(info);

  assert.equal(port.info, info);
});

test("port.info is what discovery says of the path", async () => {
  await using device = await createVirtualPort();
  const info = anyInfo();
  const asked: string[] = [];
  const describe = async (path: string): Promise<PortInfo> => {
    asked.push(path);
    return info;
  };

  await using port = await openDescribed(device.path, describe);

  assert.equal(port.info, info);
  assert.deepEqual(asked, [device.path]);
});

test("port.info is undefined where describing fails, and the port is open", async () => {
  await using device = await createVirtualPort();

  await using port = await openDescribed(device.path, () => Promise.reject(new Error("no")));

  assert.equal(port.info, undefined);
  assert.equal(port.isOpen, true);
});

test("port.info is undefined for what discovery does not know", async () => {
  await using device = await createVirtualPort();

  await using port = await openSerialPort(device.path);

  assert.equal(port.info, undefined);
});

test("findSerialPort() finds the ports that listSerialPorts() lists, and nothing else", async () => {
  const [first] = await listSerialPorts();

  assert.deepEqual(await findSerialPort(), first);
  assert.equal(await findSerialPort({ path: "/dev/no-such-port" }), undefined);
});

test("listSerialPorts() refuses an unknown backend, and an aborted signal", async () => {
  const reason = new Error("no");

  await assert.rejects(listSerialPorts({ backend: "hal" as "udev" }), {
    code: "ERR_INVALID_ARG_VALUE",
  });
  await assert.rejects(listSerialPorts({ signal: AbortSignal.abort(reason) }), reason);
});

test("serialSessions() with a filter waits for the device by hot-plug", async (t) => {
  const tree = deviceTree(t, models.PL2303);
  const opening = openWhenMatching(treeBackend(tree), { serialNumber: "A6008isP" }, HOW);

  tree.add(models.FT232R); // a file, no terminal: not openable until the pty is there
  const device = await attach(t, tree, "ttyUSB0");

  await using port = await opening;
  assert.equal(port.info?.serialNumber, "A6008isP");
  await port.send(Buffer.from("x"));
  assert.equal((await device.receive()).length, 1);
});

test("serialSessions() with a filter finds the device under its new name", async (t) => {
  const tree = await treeWith(t, "ttyUSB0", models.FT232R);
  const backend = treeBackend(tree);
  const before = await openWhenMatching(backend, { vid: 0x0403 }, HOW);
  await before.close();
  unlinkSync(tree.node("ttyUSB0"));
  const again = openWhenMatching(backend, { vid: 0x0403 }, HOW);

  tree.add({
    devices: models.FT4232H.devices.map((device) =>
      device.kind === "usb" ? { ...device, interfaces: device.interfaces.slice(0, 1) } : device,
    ),
  });
  await attach(t, tree, "ttyUSB1");

  await using port = await again;
  assert.equal(port.path, tree.node("ttyUSB1"));
});

test("serialSessions() with a filter fails when several ports match", async (t) => {
  const opening = openWhenMatching(treeBackend(deviceTree(t, models.STM32)), { vid: 0x0483 }, HOW);

  await assert.rejects(opening, { code: "ERR_SERIAL_AMBIGUOUS" });
});

test("serialSessions() with a filter leaves nothing behind when it is aborted", async (t) => {
  const backend = treeBackend(deviceTree(t, models.PL2303));
  backend.watch().close(); // the kernel's instance is made on first need, and kept
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("enough");

  await leakFree(async () => {
    const opening = openWhenMatching(backend, { vid: 0x0403 }, { config: {}, signal });
    setImmediate(() => controller.abort(reason));
    await assert.rejects(opening, reason);
  })(t);
});

test("serialSessions() with a filter rejects with the signal's reason", async () => {
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);

  await assert.rejects(serialSessions({ vid: 0xffff }, {}, { signal }).next(), reason);
});

test("serialSessions() refuses a filter that asks for nothing", async () => {
  await assert.rejects(serialSessions({}).next(), { code: "ERR_INVALID_ARG_VALUE" });
});

function anyInfo(): PortInfo {
  return createPortInfo({ path: "/dev/any", description: "any" });
}

/** Opens a path by the backend of this system, with a description of the test's own. */
async function openDescribed(
  path: string,
  describe: (path: string) => Promise<PortInfo>,
): Promise<SerialPort> {
  const system = await selectBackend();
  const backend: Backend = {
    name: system.name,
    platformCapabilities: () => system.platformCapabilities(),
    open: (request) => system.open(request),
    openBlocking: (request) => system.openBlocking(request),
    describe,
  };
  return openWith(backend, { path, info: undefined }, createSerialConfig());
}

test("findOnlyNow() finds the port that a filter means, also by the path of a link", async (t) => {
  const tree = await treeWith(t, "ttyUSB0", models.FT232R, models.PL2303);
  const backend = treeBackend(tree);
  const path = join(tree.dev, "serial/by-id/usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0");

  for (const filter of [{ vid: 0x0403 }, { path, vid: 0x0403 }, { product: /^FT232/ }]) {
    assert.equal(findOnlyNow(backend, filter).path, tree.node("ttyUSB0"));
  }
  assert.throws(() => findOnlyNow(backend, { path, vid: 0x067b }), { code: "ERR_SERIAL_NO_MATCH" });
  assert.throws(() => findOnlyNow(backend, { driver: /./ }), { code: "ERR_SERIAL_AMBIGUOUS" });
});

test("openSerialPortSync() takes a path, a PortInfo and a filter", async () => {
  await using device = await createVirtualPort();
  const info = createPortInfo({ path: device.path });

  for (const target of [device.path, info, { path: device.path }]) {
    using port = openSerialPortSync(target, { baudRate: 9600 });
    assert.equal(port.path, device.path);
  }
  assert.throws(() => openSerialPortSync({ serialNumber: "none such" }), {
    name: "PortNotFoundError",
    code: "ERR_SERIAL_NO_MATCH",
  });
});
