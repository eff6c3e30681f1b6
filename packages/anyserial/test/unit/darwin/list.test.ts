// Listing over synthetic registries: the port of each adapter, and that every entry is released.

import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import type { PortInfo } from "anyserial";
import { findPort, listPorts, usbPath } from "../../../dist/darwin/list.js";
import {
  BLUETOOTH,
  FT232R,
  FT2232H,
  type IoNode,
  machine,
  node,
  OLD_MODEM,
  serialDriver,
  usbInterface,
} from "../../helpers/io-tree.ts";
import { SyntheticRegistry } from "../../helpers/synthetic-registry.ts";

function list(...devices: IoNode[]): PortInfo[] {
  const registry = new SyntheticRegistry(machine(...devices));
  const ports = listPorts(registry);
  equal(registry.held, 0);
  return ports;
}

test("listPorts() knows everything about an FT232R, by its callout node", () => {
  const [port, ...others] = list(FT232R);

  equal(others.length, 0);
  deepEqual(port, {
    path: "/dev/cu.usbserial-A6008isP",
    name: "cu.usbserial-A6008isP",
    description: "FT232R USB UART - FT232R USB UART",
    hardwareId: "USB VID:PID=0403:6001 SER=A6008isP LOCATION=20-2",
    vid: 0x0403,
    pid: 0x6001,
    serialNumber: "A6008isP",
    manufacturer: "FTDI",
    product: "FT232R USB UART",
    location: "20-2",
    interface: "FT232R USB UART",
    driver: "com.apple.driver.AppleUSBFTDI",
    stablePath: undefined,
  });
  ok(Object.isFrozen(port));
});

test("listPorts() distinguishes the two ports of one FT2232H by their interfaces", () => {
  const [a, b] = list(FT2232H);

  deepEqual([a?.location, b?.location], ["20-1.2.3:1.0", "20-1.2.3:1.1"]);
  deepEqual([a?.interface, b?.interface], ["Dual RS232-HS A", undefined]);
  equal(a?.serialNumber, "FT2XQ1");
  equal(a?.manufacturer, "FTDI");
  equal(b?.description, "Dual RS232-HS");
  equal(b?.hardwareId, "USB VID:PID=0403:6010 SER=FT2XQ1 LOCATION=20-1.2.3");
});

test("listPorts() reads the classes of old systems, and ids that come with a sign", () => {
  const [port] = list(OLD_MODEM);

  deepEqual([port?.vid, port?.pid], [0x8087, 0xffee]);
  equal(port?.location, "253-1.2");
  equal(port?.hardwareId, "USB VID:PID=8087:FFEE LOCATION=253-1.2");
  equal(port?.description, "cu.usbmodemfd121");
});

test("listPorts() lists a port that has no USB device, with its driver only", () => {
  const [port] = list(BLUETOOTH);

  equal(port?.path, "/dev/cu.Bluetooth-Incoming-Port");
  equal(port?.description, "cu.Bluetooth-Incoming-Port");
  equal(port?.driver, "com.apple.iokit.IOBluetoothSerialManager");
  deepEqual([port?.hardwareId, port?.vid, port?.location], [undefined, undefined, undefined]);
});

test("listPorts() takes no numbers for texts, and no texts for numbers", () => {
  const odd = { idVendor: "0403", idProduct: 0x6001, "USB Serial Number": 7, locationID: "x" };
  const device = node("IOUSBHostDevice", odd, [usbInterface(0, {}, [serialDriver("d", "x")])]);

  const [port] = list(device);

  equal(port?.hardwareId, "USB VID:PID=0000:6001");
  deepEqual([port?.vid, port?.serialNumber, port?.location], [undefined, undefined, undefined]);
});

test("listPorts() leaves out a service that is gone: it has no properties any more", () => {
  equal(list(FT232R, node("IOSerialBSDClient")).length, 1);
});

test("listPorts() finds nothing on a machine without ports", () => {
  deepEqual(list(), []);
});

test("listPorts() gives up on a chain of providers without end", () => {
  let chain = serialDriver("driver", "deep");
  for (let level = 0; level < 200; level++) chain = node("IOService", {}, [chain]);

  const [port] = list(chain);

  equal(port?.path, "/dev/cu.deep");
});

test("listPorts() gives every entry back whichever question fails", () => {
  let questions = 0;
  const counted = new SyntheticRegistry(machine(FT232R, FT2232H));
  counted.onCall = () => {
    questions++;
  };
  listPorts(counted);
  ok(questions > 50, `${questions} questions`);

  for (let failing = 1; failing <= questions; failing++) {
    const registry = new SyntheticRegistry(machine(FT232R, FT2232H));
    let asked = 0;
    registry.onCall = () => {
      if (++asked === failing) throw new Error(`question ${failing}`);
    };

    throws(() => listPorts(registry), { message: `question ${failing}` });

    equal(registry.held, 0, `after question ${failing}`);
  }
});

test("findPort() finds a port by either node, and gives every entry back", () => {
  const registry = new SyntheticRegistry(machine(FT2232H, FT232R));

  const byCallout = findPort(registry, "/dev/cu.usbserial-A6008isP");
  const byDialin = findPort(registry, "/dev/tty.usbserial-A6008isP");

  equal(byCallout?.serialNumber, "A6008isP");
  deepEqual(byDialin, byCallout);
  equal(findPort(registry, "/dev/cu.usbserial"), undefined);
  equal(registry.held, 0);
});

test("findPort() asks about the hardware of the one port only", () => {
  const registry = new SyntheticRegistry(machine(FT2232H, FT232R));
  let vendors = 0;
  registry.onCall = (call) => {
    if (call === "property idVendor") vendors++;
  };

  findPort(registry, "/dev/tty.usbserial-A6008isP");

  equal(vendors, 1);
});

/** locationID, and the path as pySerial writes it. */
const LOCATIONS: readonly (readonly [number, string])[] = [
  [0x1420_0000, "20-2"],
  [0x1412_3000, "20-1.2.3"],
  [0xfd12_3456, "253-1.2.3.4.5.6"],
  [0x0010_0000, "0-1"],
  [0x1400_0000, "20-"],
  [0x1402_0000, "20-"],
];
for (const [locationId, path] of LOCATIONS) {
  test(`usbPath() makes ${path} of 0x${locationId.toString(16)}`, () => {
    equal(usbPath(locationId), path);
    equal(usbPath(locationId | 0), path);
  });
}
