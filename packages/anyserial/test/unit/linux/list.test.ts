// Listing over synthetic trees: the port of each adapter and UART, and the result of a tree that is
// broken or changes meanwhile.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { PortInfo } from "anyserial";
import { describePort, listPorts, listPortsNow } from "../../../dist/linux/list.js";
import * as models from "../../helpers/device-models.ts";
import { type DeviceTree, deviceTree, type Machine } from "../../helpers/device-tree.ts";

/** Ports by name. */
async function list(tree: DeviceTree): Promise<Map<string, PortInfo>> {
  return new Map((await listPorts(tree)).map((port) => [port.name, port]));
}

async function listOf(t: TestContext, ...machines: Machine[]): Promise<Map<string, PortInfo>> {
  return list(deviceTree(t, ...machines));
}

async function onlyPort(t: TestContext, machine: Machine): Promise<PortInfo> {
  const [port, ...others] = (await listOf(t, machine)).values();
  assert.ok(port !== undefined && others.length === 0);
  return port;
}

test("listPortsNow() lists what listPorts() lists", async (t) => {
  const machines = [models.FT232R, models.CP2102N, models.PC, models.STM32];
  const tree = deviceTree(t, ...machines, models.BLUETOOTH);
  const ports = await listPorts(tree);

  const now = listPortsNow(tree);

  assert.ok(ports.length >= machines.length);
  assert.deepEqual(
    new Map(now.map((port) => [port.path, port])),
    new Map(ports.map((port) => [port.path, port])),
  );
});

test("listPortsNow() lists nothing where there is no sysfs", () => {
  assert.deepEqual(listPortsNow({ sysfs: "/nowhere", dev: "/nowhere" }), []);
});

test("listPorts() knows everything about an FT232R", async (t) => {
  const tree = deviceTree(t, models.FT232R);

  const [port] = await listPorts(tree);

  assert.deepEqual(port, {
    path: tree.node("ttyUSB0"),
    name: "ttyUSB0",
    description: "FT232R USB UART - FT232R USB UART",
    hardwareId: "USB VID:PID=0403:6001 SER=A6008isP LOCATION=1-2",
    vid: 0x0403,
    pid: 0x6001,
    serialNumber: "A6008isP",
    manufacturer: "FTDI",
    product: "FT232R USB UART",
    location: "1-2",
    interface: "FT232R USB UART",
    driver: "ftdi_sio",
    stablePath: join(tree.dev, "serial/by-id/usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0"),
  });
  assert.ok(Object.isFrozen(port));
});

test("listPorts() locates the four ports of one FT4232H by interface", async (t) => {
  const ports = await listOf(t, models.FT4232H);

  assert.deepEqual(
    ["ttyUSB1", "ttyUSB2", "ttyUSB3", "ttyUSB4"].map((name) => ports.get(name)?.hardwareId),
    [
      "USB VID:PID=0403:6011 SER=FT4XQ1 LOCATION=1-3.1:1.0",
      "USB VID:PID=0403:6011 SER=FT4XQ1 LOCATION=1-3.1:1.1",
      "USB VID:PID=0403:6011 SER=FT4XQ1 LOCATION=1-3.1:1.2",
      "USB VID:PID=0403:6011 SER=FT4XQ1 LOCATION=1-3.1:1.3",
    ],
  );
});

const USB_CASES = [
  {
    title: "a CP2102N",
    machine: models.CP2102N,
    hardwareId: "USB VID:PID=10C4:EA60 SER=5c6f5d2e1a3bea11b9d2f2a5d5cb3e47 LOCATION=1-4",
    description: "CP2102N USB to UART Bridge Controller - CP2102N USB to UART Bridge Controller",
    driver: "cp210x",
  },
  {
    title: "a CH340 without serial number",
    machine: models.CH340,
    hardwareId: "USB VID:PID=1A86:7523 LOCATION=1-5",
    description: "USB Serial",
    driver: "ch341",
  },
  {
    title: "a PL2303",
    machine: models.PL2303,
    hardwareId: "USB VID:PID=067B:2303 LOCATION=1-6",
    description: "USB-Serial Controller",
    driver: "pl2303",
  },
  {
    title: "an Arduino without a product name",
    machine: models.ARDUINO,
    hardwareId: "USB VID:PID=2341:0043 SER=75830303934351A0C1E0 LOCATION=1-7:1.0",
    description: "ttyACM0",
    driver: "cdc_acm",
  },
];
for (const { title, machine, ...expected } of USB_CASES) {
  test(`listPorts() describes ${title} as pySerial does`, async (t) => {
    const { hardwareId, description, driver } = await onlyPort(t, machine);

    assert.deepEqual({ hardwareId, description, driver }, expected);
  });
}

test("listPorts() distinguishes the two ports of a composite device", async (t) => {
  const ports = await listOf(t, models.STM32);

  assert.equal(ports.get("ttyACM1")?.description, "STM32 Dual VCP - Console");
  assert.equal(ports.get("ttyACM1")?.location, "2-1.4.2:1.0");
  assert.equal(ports.get("ttyACM10")?.description, "STM32 Dual VCP - Data");
  assert.equal(ports.get("ttyACM10")?.location, "2-1.4.2:1.2");
  assert.equal(ports.size, 2);
});

test("listPorts() leaves the serial number of a device without one undefined", async (t) => {
  assert.equal((await onlyPort(t, models.CH340)).serialNumber, undefined);
});

test("listPorts() falls back to the link by path where there is none by id", async (t) => {
  const { stablePath } = await onlyPort(t, models.CH340);

  assert.match(stablePath ?? "", /dev\/serial\/by-path\/pci-0000:00:14\.0-usb-0:5:1\.0-port0$/);
});

test("listPorts() keeps Unicode as it is", async (t) => {
  const { product, manufacturer, serialNumber } = await onlyPort(t, models.UNICODE);

  assert.deepEqual([product, manufacturer, serialNumber], ["Größe ✓ 計", "Zürich 測定", "№7"]);
});

test("listPorts() keeps control characters as data, and cuts long texts", async (t) => {
  const { product, serialNumber } = await onlyPort(t, models.HOSTILE);

  assert.equal(product, models.HOSTILE_PRODUCT.slice(0, 256));
  assert.equal(serialNumber, "x\0y\x7f");
});

const PC_CASES = [
  { title: "a PC", machine: models.PC, hardwareId: "PNP0501" },
  {
    title: "a PC whose kernel has the serial core bus",
    machine: models.NEWER_PC,
    hardwareId: undefined,
  },
];
for (const { title, machine, hardwareId } of PC_CASES) {
  test(`listPorts() lists the UARTs of ${title}, without placeholders and consoles`, async (t) => {
    const ports = await listOf(t, machine);

    assert.deepEqual(new Set(ports.keys()), new Set(["ttyS0", "ttyS4"]));
    assert.equal(ports.get("ttyS0")?.hardwareId, hardwareId);
    assert.equal(ports.get("ttyS0")?.driver, "serial");
    assert.equal(ports.get("ttyS0")?.description, "16550A UART on pnp");
    assert.equal(ports.get("ttyS4")?.description, "16550A UART on pci");
    assert.equal(ports.get("ttyS4")?.vid, undefined);
  });
}

test("listPorts() lists both kinds of UART of a Raspberry Pi", async (t) => {
  const ports = await listOf(t, models.RASPBERRY_PI);

  assert.equal(ports.get("ttyAMA0")?.hardwareId, "3f201000.serial");
  assert.equal(ports.get("ttyAMA0")?.description, "PL011 UART on amba");
  assert.equal(ports.get("ttyS0")?.description, "16550 UART on platform");
  assert.equal(ports.get("ttyS0")?.driver, "bcm2835-aux-uart");
});

test("listPorts() lists a Bluetooth port that is not connected", async (t) => {
  const port = await onlyPort(t, models.BLUETOOTH);

  assert.equal(port.name, "rfcomm0");
  assert.equal(port.description, "Bluetooth serial port");
});

test("listPorts() leaves out a port whose node is not in this container", async (t) => {
  const tree = deviceTree(t, models.FT232R, models.PL2303);
  unlinkSync(tree.node("ttyUSB0"));

  assert.deepEqual([...(await list(tree)).keys()], ["ttyUSB7"]);
});

test("listPorts() finds nothing in a container without sysfs", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  rmSync(tree.sysfs, { recursive: true });

  assert.deepEqual(await listPorts(tree), []);
});

test("listPorts() leaves out a device that is unplugged in mid-walk", async (t) => {
  const tree = deviceTree(t, models.FT232R, models.PL2303);

  const listing = list(tree); // its first reads are under way
  rmSync(join(tree.sysfs, "devices/pci0000:00/0000:00:14.0/usb1/1-2"), { recursive: true });
  unlinkSync(join(tree.sysfs, "class/tty/ttyUSB0"));
  unlinkSync(tree.node("ttyUSB0"));

  assert.deepEqual([...(await listing).keys()], ["ttyUSB7"]);
});

test("listPorts() does not mix two devices that swap names in mid-walk", async (t) => {
  const tree = deviceTree(t, models.FT232R, models.PL2303);
  const classPath = join(tree.sysfs, "class/tty");

  const listing = list(tree);
  unlinkSync(join(classPath, "ttyUSB0"));
  renameSync(join(classPath, "ttyUSB7"), join(classPath, "ttyUSB0"));

  assert.equal((await listing).get("ttyUSB0"), undefined);
});

test("listPorts() writes the kernel's ! in a name as / in the path", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  const classPath = join(tree.sysfs, "class/tty");
  renameSync(join(classPath, "ttyUSB0"), join(classPath, "usb!tts!0"));
  mkdirSync(join(tree.dev, "usb/tts"), { recursive: true });
  writeFileSync(join(tree.dev, "usb/tts/0"), "");

  const [port] = await listPorts(tree);

  assert.equal(port?.path, join(tree.dev, "usb/tts/0"));
  assert.equal(port?.serialNumber, "A6008isP");
});

test("describePort() follows a link to the port", async (t) => {
  const tree = deviceTree(t, models.FT232R);
  const link = join(tree.dev, "serial/by-id/usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0");
  assert.ok(existsSync(link));

  const port = await describePort(tree, link);

  assert.equal(port?.path, tree.node("ttyUSB0"));
  assert.equal(port?.stablePath, link);
});

test("describePort() knows nothing of ptys, placeholders, other paths and missing ones", async (t) => {
  const tree = deviceTree(t, models.PC);
  const paths = ["pts/0", "ttyS1", "tty0", "ttyUSB99", "..", "", "../sys"];

  const found = await Promise.all(paths.map((path) => describePort(tree, join(tree.dev, path))));

  assert.deepEqual(
    found,
    paths.map(() => undefined),
  );
  const real = join(tree.dev, "ttyS0");
  assert.equal((await describePort(tree, real))?.path, real);
});
