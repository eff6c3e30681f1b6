// DMX makes its break by set({ brk }) and timers: dmx, and enttec-open-dmx-usb.
import { deepEqual, equal, ok } from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { makeLine } from "../helpers/line.mjs";

const require = createRequire(import.meta.url);
const { EnttecOpenDMXUSBDevice } = require("enttec-open-dmx-usb");
const DMX = require("dmx");

const SLOTS = 513;

/** The bytes between two breaks of a line. */
async function frameOf(far) {
  let data;
  for await (const event of far.receiveEvents()) {
    if (event.kind === "data") data?.push(...event.data);
    if (event.kind !== "break") continue;
    if (data?.length > 0) return data;
    data = [];
  }
  throw new Error("the line ended");
}

test("enttec-open-dmx-usb sends a break before each universe", async (t) => {
  const line = await makeLine(t);
  await line.far.configure({ baudRate: 250_000, stopBits: 2, lineErrors: "mark" });
  const device = new EnttecOpenDMXUSBDevice(line.path);
  device.setChannels({ 1: 255, 3: 7 });

  const data = await frameOf(line.far);
  device.stopSending();

  equal(data.length, SLOTS);
  deepEqual(data.slice(0, 5), [0, 255, 0, 7, 0]);
  const { baudRate, stopBits } = await line.near.effectiveConfig();
  deepEqual([baudRate, stopBits], [250_000, 2]);
  await new Promise((resolve) => device.port.close(resolve));
});

test("enttec-open-dmx-usb lists devices by vendor and product", async () => {
  ok(Array.isArray(await EnttecOpenDMXUSBDevice.listDevices()));
});

test("dmx sends a break before each universe", async (t) => {
  const line = await makeLine(t);
  await line.far.configure({ baudRate: 250_000, stopBits: 2, lineErrors: "mark" });
  const universe = new DMX().addUniverse("stage", "enttec-open-usb-dmx", line.path);
  universe.update({ 2: 99 });

  const data = await frameOf(line.far);
  await new Promise((resolve) => universe.close(resolve));

  deepEqual(data.slice(0, 4), [0, 0, 99, 0]);
});
