// zigbee-herdsman takes `autoDetect()` out of `@serialport/bindings-cpp`: its transport, its detection of adapters, and
// its Z-Stack client against a simulated coordinator.
import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { makeDevice } from "../helpers/device.mjs";

const require = createRequire(import.meta.url);
const root = dirname(require.resolve("zigbee-herdsman/package.json"));
const { AdapterTransport } = require(join(root, "dist/adapter/transport.js"));
const { Znp } = require(join(root, "dist/adapter/z-stack/znp/znp.js"));
const { Subsystem } = require(join(root, "dist/adapter/z-stack/unpi/constants.js"));
const discovery = require(join(root, "dist/adapter/adapterDiscovery.js"));
const lists = require(
  join(dirname(require.resolve("@anyserial/bindings-cpp/package.json")), "dist/port-list.cjs"),
);

const SOF = 0xfe;
const SYS = 0x01;
const PING = 0x01;
const RESET = 0x00;
const VERSION = 0x02;

/** Frames of the coordinator: ping, version and reset of the subsystem SYS. */
function coordinator(bytes) {
  if (bytes[0] !== SOF) return { taken: 1 };
  if (bytes.length < 5 || bytes.length < bytes[1] + 5) return undefined;
  const [type, command] = [bytes[2] >> 5, bytes[3]];
  const taken = bytes[1] + 5;
  if (command === PING && type === 1) return { taken, send: frame(3, PING, [0x79, 0x01]) };
  if (command === VERSION) return { taken, send: frame(3, VERSION, [2, 1, 2, 7, 1, 0, 0, 0, 0]) };
  if (command === RESET) return { taken, send: frame(2, 0x80, [0, 2, 0, 2, 7, 1]) };
  return { taken };
}

function frame(type, command, data) {
  const body = [data.length, (type << 5) | SYS, command, ...data];
  return Buffer.from([SOF, ...body, body.reduce((sum, byte) => sum ^ byte, 0)]);
}

test("zigbee-herdsman opens a coordinator, exchanges frames and resets it", async (t) => {
  const device = await makeDevice(t, coordinator);
  const transport = new AdapterTransport({ path: device.path, baudRate: 115_200, rtscts: false });
  const znp = new Znp(transport);

  await znp.open();
  const version = await znp.requestWithReply(Subsystem.SYS, "version", {});
  const reset = await znp.request(Subsystem.SYS, "resetReq", { type: 1 });

  equal(version.payload.product, 1);
  equal(reset.command.name, "resetInd");
  await znp.close();
  equal(transport.isOpen, false);
});

test("zigbee-herdsman toggles DTR and RTS of an emulated port, which has none", async (t) => {
  const device = await makeDevice(t, coordinator);
  const transport = new AdapterTransport({ path: device.path, baudRate: 115_200, rtscts: false });
  await transport.open(true);

  await transport.set({ dtr: false, rts: true });
  await transport.set({ dtr: true, rts: false });

  equal(transport.isOpen, true);
  await transport.close();
});

test("zigbee-herdsman sees its coordinator unplugged", async (t) => {
  const device = await makeDevice(t, coordinator);
  const transport = new AdapterTransport({ path: device.path, baudRate: 115_200 });
  await transport.open(true);
  const closed = once(transport, "close");

  await device.port.close();
  const [error] = await closed;

  equal(error.disconnected, true);
});

test("zigbee-herdsman opens again after it was closed", async (t) => {
  const device = await makeDevice(t, coordinator);
  const transport = new AdapterTransport({ path: device.path, baudRate: 115_200 });
  const znp = new Znp(transport);

  for (let round = 0; round < 2; round++) {
    await znp.open();
    await znp.request(Subsystem.SYS, "ping", { capabilities: 1 });
    await znp.close();
  }

  equal(transport.isOpen, false);
});

test("zigbee-herdsman detects adapters by the fields of list()", async () => {
  const sonoff = lists.onLinux({
    path: "/dev/ttyUSB0",
    name: "ttyUSB0",
    manufacturer: "ITEAD",
    product: "SONOFF Zigbee 3.0 USB Dongle Plus V2",
    serialNumber: "20240122184111",
    vid: 0x1a86,
    pid: 0x55d4,
    stablePath: undefined,
    location: "1-1",
  });

  const [adapter, [path]] = discovery.findUsbAdapterBestMatch(undefined, sonoff, false);

  deepEqual([adapter, path], ["ember", "/dev/ttyUSB0"]);
  equal(await discovery.matchUsbAdapter("ember", "/dev/ttyNothing"), false); // asks list() of this system
});
