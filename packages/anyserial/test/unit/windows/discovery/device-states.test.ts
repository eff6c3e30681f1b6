// The devices that Windows knows over a machine of fakes: the record of one that is gone, or that
// does not work.

import assert from "node:assert/strict";
import { test } from "node:test";
import { listDevices } from "../../../../dist/windows/discovery/device-states.js";
import { type FakeDevice, FakeDevices, SPDRP } from "../../../helpers/fake-devices.ts";
import * as models from "../../../helpers/windows-models.ts";

const COMPATIBLE = 2; // SPDRP_COMPATIBLEIDS

/** An adapter for which no driver was installed: it is in no class. */
const STRANDED: FakeDevice = {
  id: "USB\\VID_10C4&PID_EA60\\0001",
  problem: 28,
  properties: { [SPDRP.desc]: "CP2102N USB to UART Bridge Controller" },
};

async function devices(all: readonly FakeDevice[]) {
  const machine = new FakeDevices(all);
  const found = await listDevices(machine.system);
  assert.deepEqual([...machine.held.values()], []);
  return found;
}

test("listDevices() reports a port that works, with FTDI's timer", async () => {
  assert.deepEqual(await devices(models.FT232R), [
    {
      id: "FTDIBUS\\VID_0403+PID_6001+A50285BIA\\0000",
      path: "COM12",
      description: "USB Serial Port (COM12)",
      vid: 0x0403,
      pid: 0x6001,
      driver: "FTSER2K",
      present: true,
      problem: 0,
      latencyTimerMs: 16,
    },
  ]);
});

test("listDevices() reports unplugged and disabled devices", async () => {
  const [, arduino, ftdi] = [...models.ARDUINO, ...models.FT232R.slice(-1)];
  assert.ok(arduino !== undefined && ftdi !== undefined);

  const found = await devices([
    { ...arduino, isGone: true },
    { ...ftdi, problem: 22 },
  ]);

  assert.deepEqual(
    found.map(({ path, present, problem }) => ({ path, present, problem })),
    [
      { path: "COM3", present: false, problem: 0 },
      { path: "COM12", present: true, problem: 22 },
    ],
  );
});

test("listDevices() finds an adapter without a driver by its maker", async () => {
  const [found] = await devices([STRANDED]);

  assert.equal(found?.problem, 28);
  assert.equal(found?.description, "CP2102N USB to UART Bridge Controller");
  assert.deepEqual([found?.path, found?.vid, found?.pid], [undefined, 0x10c4, 0xea60]);
});

test("listDevices() finds a board without a driver by its class of USB", async () => {
  const board: FakeDevice = {
    id: "USB\\VID_1209&PID_0001&MI_00\\7&1&0&0000",
    problem: 28,
    properties: {
      [COMPATIBLE]: ["USB\\Class_02&SubClass_02&Prot_01", "USB\\Class_02&SubClass_02"],
    },
  };

  const found = await devices([board]);

  assert.deepEqual(
    found.map(({ id }) => id),
    [board.id],
  );
});

test("listDevices() skips devices that are not serial, and parallel ports", async () => {
  const [bus, , parallel] = models.MAINBOARD;
  assert.ok(bus !== undefined && parallel !== undefined);

  const found = await devices([
    bus,
    parallel,
    { id: "USB\\VID_046D&PID_C52B\\1", problem: 28 },
    { id: "PCI\\VEN_8086&DEV_9D3D\\3&1", problem: 28 },
    { ...STRANDED, problem: undefined as never },
  ]);

  assert.deepEqual(found, []);
});
