// Discovery over a machine of fakes: the port of each kind of device, and that every handle is
// closed, whatever fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { PortInfo } from "../../../../dist/model/port-info.js";
import { describePort, listPorts } from "../../../../dist/windows/discovery/list.js";
import { type FakeDevice, FakeDevices } from "../../../helpers/fake-devices.ts";
import * as models from "../../../helpers/windows-models.ts";

const nothing = {
  interface: undefined,
  location: undefined,
  manufacturer: undefined,
  product: undefined,
  serialNumber: undefined,
  stablePath: undefined,
} as const;

async function list(
  devices: readonly FakeDevice[],
  arch: "x64" | "arm64" | "ia32" = "x64",
): Promise<PortInfo[]> {
  const machine = new FakeDevices(devices, arch);
  const ports = await listPorts(machine.system);
  assert.deepEqual([...machine.held.values()], []);
  return ports;
}

for (const arch of ["x64", "arm64", "ia32"] as const) {
  test(`listPorts() reads an Arduino with the struct sizes of ${arch}`, async () => {
    assert.deepEqual(await list(models.ARDUINO, arch), [
      {
        path: "COM3",
        name: "COM3",
        description: "USB Serial Device (COM3)",
        hardwareId: "USB VID:PID=2341:0043 SER=85736323838351F0E1C0 LOCATION=1-4",
        vid: 0x2341,
        pid: 0x0043,
        serialNumber: "85736323838351F0E1C0",
        manufacturer: "Microsoft",
        product: "Arduino Uno",
        location: "1-4",
        interface: undefined,
        driver: "usbser",
        stablePath:
          "\\\\?\\USB#VID_2341&PID_0043#85736323838351F0E1C0#{86e0d1e0-8089-11d0-9ce4-08003e301f73}",
      },
    ]);
  });
}

test("listPorts() takes serial number and location of an FTDI port from the device above", async () => {
  const [port] = await list(models.FT232R);

  assert.equal(port?.serialNumber, "A50285BI");
  assert.equal(port?.location, "1-1.4");
  assert.equal(port?.product, "FT232R USB UART");
  assert.equal(port?.hardwareId, "USB VID:PID=0403:6001 SER=A50285BIA");
});

test("listPorts() knows an FTDI port by its id where the system names no parent", async () => {
  const [port] = await list(models.FT232R.filter(({ class: kind }) => kind === "ports"));

  assert.deepEqual([port?.vid, port?.pid, port?.serialNumber], [0x0403, 0x6001, "A50285BI"]);
  assert.equal(port?.location, undefined);
});

test("listPorts() distinguishes the channels of an FT2232D without serial number", async () => {
  const ports = await list(models.FT2232D);

  assert.deepEqual(
    ports.map(({ path, serialNumber, location, description }) => ({
      path,
      serialNumber,
      location,
      description,
    })),
    [
      { path: "COM9", serialNumber: undefined, location: "1-2:x.0", description: "COM9" },
      { path: "COM10", serialNumber: undefined, location: "1-2:x.1", description: "COM10" },
    ],
  );
});

test("listPorts() looks up the device of an interface, and names the interface", async () => {
  const [first, second] = await list(models.CP2105);

  assert.equal(first?.serialNumber, "0087F1A2");
  assert.equal(first?.product, "CP2105 Dual USB to UART Bridge Controller");
  assert.equal(first?.interface, "Enhanced Com Port");
  assert.equal(first?.location, "1-3:x.0");
  assert.equal(second?.interface, "Standard Com Port");
});

test("listPorts() finds a port whose driver registers no interface", async () => {
  assert.deepEqual(await list(models.CH340), [
    {
      ...nothing,
      path: "COM7",
      name: "COM7",
      description: "USB-SERIAL CH340 (COM7)",
      hardwareId: "USB VID:PID=1A86:7523 SER= LOCATION=1-2",
      vid: 0x1a86,
      pid: 0x7523,
      manufacturer: "wch.cn",
      product: "USB2.0-Serial",
      location: "1-2",
      driver: "CH341SER_A64",
    },
  ]);
});

test("listPorts() keeps a serial number with punctuation", async () => {
  const [port] = await list(models.ESP32);

  assert.equal(port?.serialNumber, "24:0A:C4:12:34:56");
  assert.equal(port?.location, "1-1.1.4:x.0");
});

test("listPorts() finds the USB adapter behind an enumerator of its driver", async () => {
  const [port] = await list(models.MOXA);

  assert.deepEqual([port?.vid, port?.pid, port?.location], [0x110a, 0x1410, "1-6"]);
  assert.equal(port?.hardwareId, "MXUPORT\\COM\\6&3A4B5C&0&0000");
});

test("listPorts() takes the hardware ids where nothing above is USB", async () => {
  const [port] = await list([
    {
      id: "SWMUXUSB\\PORT\\6&1&0&0002",
      class: "ports",
      portName: "COM31",
      properties: { 1: ["SWMUXUSB\\VID_1199&PID_9071&MI_03", "SWMUXUSB\\PORT"] },
    },
  ]);

  assert.deepEqual([port?.vid, port?.pid, port?.serialNumber], [0x1199, 0x9071, undefined]);
});

test("listPorts() leaves out parallel ports, and gives a mainboard's port no USB ids", async () => {
  const ports = await list(models.MAINBOARD);

  assert.deepEqual(
    ports.map(({ path, vid, hardwareId }) => ({ path, vid, hardwareId })),
    [{ path: "COM1", vid: undefined, hardwareId: "ACPI\\PNP0501\\1" }],
  );
});

test("listPorts() does not take this machine's Bluetooth adapter for the device", async () => {
  const [port] = await list(models.BLUETOOTH);

  assert.deepEqual([port?.path, port?.vid, port?.serialNumber], ["COM4", undefined, undefined]);
});

test("listPorts() finds modems, and ports with names of their own", async () => {
  const ports = await list([...models.MODEM, ...models.COM0COM]);

  assert.deepEqual(
    ports.map(({ path }) => path),
    ["CNCA0", "COM8"],
  );
});

test("listPorts() leaves out a device that is gone, disabled or without a driver", async () => {
  const [, arduino] = models.ARDUINO;
  assert.ok(arduino !== undefined);
  const { interface: _none, ...base } = arduino;

  assert.deepEqual(await list([{ ...arduino, isGone: true }]), []);
  assert.deepEqual(await list([{ ...base, problem: 22 }]), []);
  assert.deepEqual(await list([{ ...base, problem: 28 }]), []);
});

test("listPorts() reads properties and paths longer than its first buffer", async () => {
  const [, arduino] = models.ARDUINO;
  assert.ok(arduino !== undefined);
  const long = "x".repeat(2000);

  const [port] = await list([
    { ...arduino, interface: `\\\\?\\${long}`, properties: { 12: long, 11: "FTDI" } },
  ]);

  assert.equal(port?.stablePath, `\\\\?\\${long}`);
  assert.equal(port?.description?.length, 1024);
  assert.equal(port?.manufacturer, "FTDI");
});

test("listPorts() adds ports that only the registry knows, by path and name", async () => {
  const machine = new FakeDevices(models.ARDUINO);
  machine.serialComm = ["COM3", "COM99"];

  const ports = await listPorts(machine.system);

  assert.deepEqual(ports[1], {
    ...nothing,
    path: "COM99",
    name: "COM99",
    description: undefined,
    hardwareId: undefined,
    vid: undefined,
    pid: undefined,
    driver: undefined,
  });
  assert.equal(ports.length, 2);
  assert.deepEqual([...machine.held.values()], []);
});

test("listPorts() falls back to the registry when SetupAPI refuses", async () => {
  const machine = new FakeDevices(models.ARDUINO);
  machine.serialComm = ["COM3"];
  machine.refused.add("SetupDiGetClassDevsW");

  const [port] = await listPorts(machine.system);

  assert.deepEqual([port?.path, port?.vid], ["COM3", undefined]);
});

test("listPorts() of a machine that never had a port is empty", async () => {
  const machine = new FakeDevices([]);
  machine.serialComm = undefined;

  assert.deepEqual(await listPorts(machine.system), []);
});

test("listPorts() fails with the code of Windows when nothing answers", async () => {
  const machine = new FakeDevices(models.ARDUINO);
  machine.refused.add("SetupDiGetClassDevsW").add("RegOpenKeyExW");

  await assert.rejects(
    listPorts(machine.system),
    (error: Error & { code?: string; winerror?: number }) =>
      error.code === "ERR_SERIAL_DISCOVERY" && error.winerror === 5,
  );
});

for (const call of [
  "SetupDiOpenDevRegKey",
  "SetupDiGetDeviceInstanceIdW",
  "SetupDiGetDeviceRegistryPropertyW",
  "SetupDiGetDeviceInterfaceDetailW",
  "SetupDiEnumDeviceInterfaces",
  "SetupDiEnumDeviceInfo",
  "CM_Get_Parent",
  "CM_Get_Device_IDW",
  "CM_Get_DevNode_PropertyW",
  "CM_Get_DevNode_Status",
  "RegQueryValueExW",
  "RegEnumValueW",
]) {
  test(`listPorts() gives every handle back when ${call} fails`, async () => {
    const machine = new FakeDevices(models.CP2105);
    machine.serialComm = ["COM5", "COM6"];
    machine.refused.add(call);

    const ports = await listPorts(machine.system);

    assert.ok(machine.calls.includes(call));
    assert.equal(ports.length, call === "RegEnumValueW" ? 2 : ports.length);
    assert.deepEqual([...machine.held.values()], []);
  });
}

test("listPorts() gives every handle back when a call throws", async () => {
  const machine = new FakeDevices(models.CP2105);
  const { system } = machine;
  const fails = {
    ...system,
    setupApi: {
      ...system.setupApi,
      SetupDiGetDeviceRegistryPropertyW: () => assert.fail("as FFI does"),
    },
  };

  await assert.rejects(listPorts(fails), /as FFI does/);
  assert.deepEqual([...machine.held.values()], []);
});

for (const path of [
  "COM12",
  "com12",
  "COM12:",
  "\\\\.\\COM12",
  "\\\\.\\com12",
  "\\\\?\\FTDIBUS#VID_0403+PID_6001+A50285BIA#0000#{86e0d1e0-8089-11d0-9ce4-08003e301f73}",
  "\\\\.\\ftdibus#vid_0403+pid_6001+a50285bia#0000#{86E0D1E0-8089-11D0-9CE4-08003E301F73}",
]) {
  test(`describePort() knows ${path}`, async () => {
    const machine = new FakeDevices([...models.ARDUINO, ...models.FT232R]);

    const port = await describePort(machine.system, path);

    assert.equal(port?.path, "COM12");
    assert.equal(port?.serialNumber, "A50285BI");
    assert.deepEqual([...machine.held.values()], []);
  });
}

test("describePort() knows what only the registry knows, and nothing else", async () => {
  const machine = new FakeDevices(models.ARDUINO);
  machine.serialComm = ["COM99"];

  assert.equal((await describePort(machine.system, "\\\\.\\COM99"))?.path, "COM99");
  assert.equal(await describePort(machine.system, "COM98"), undefined);
  assert.equal(await describePort(machine.system, "COM"), undefined);
  assert.deepEqual([...machine.held.values()], []);
});
