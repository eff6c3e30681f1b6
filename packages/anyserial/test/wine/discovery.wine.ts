// Discovery over the real SetupAPI, registry and notifications of Wine, with devices as drivers leave
// them in the registry. Devices above a port and problems are what Wine does not have.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { until } from "@anyserial/test-support/until";
import {
  findSerialPort,
  inspectSerialPort,
  listSerialPorts,
  openSerialPort,
  type PortEvent,
  serialSessions,
  watchSerialPorts,
} from "anyserial";
import { listSerialDevices } from "anyserial/internal";
import { ffi } from "../../dist/ffi/koffi.js";
import { bindEvents } from "../../dist/windows/completion/events.js";
import { layCable } from "./cable.ts";
import {
  addSerialName,
  type RegisteredDevice,
  registerDevice,
  removeSerialName,
} from "./registry.ts";

const ARDUINO: RegisteredDevice = {
  id: "USB\\VID_2341&PID_0043\\85736323838351F0E1C0",
  portName: "COM101",
  friendlyName: "Arduino Uno (COM101)",
  manufacturer: "Arduino LLC",
  service: "usbser",
  hasInterface: true,
};
const FT232R: RegisteredDevice = {
  id: "FTDIBUS\\VID_0403+PID_6001+A50285BIA\\0000",
  portName: "COM112",
  friendlyName: "USB Serial Port (COM112)",
  manufacturer: "FTDI",
  service: "FTSER2K",
  hasInterface: false,
  latencyTimer: 16,
};

test("listSerialPorts() reads a device and its interface by SetupAPI", async (t) => {
  await registerDevice(t, ARDUINO);

  const found = (await listSerialPorts()).find(({ path }) => path === "COM101");

  assert.deepEqual(found, {
    path: "COM101",
    name: "COM101",
    description: "Arduino Uno (COM101)",
    hardwareId: "USB VID:PID=2341:0043 SER=85736323838351F0E1C0",
    vid: 0x2341,
    pid: 0x0043,
    serialNumber: "85736323838351F0E1C0",
    manufacturer: "Arduino LLC",
    product: undefined,
    location: undefined,
    interface: undefined,
    driver: "usbser",
    stablePath:
      "\\\\?\\usb#vid_2341&pid_0043#85736323838351f0e1c0#{86e0d1e0-8089-11d0-9ce4-08003e301f73}",
  });
});

test("listSerialPorts() finds a port of the class that registers no interface", async (t) => {
  await registerDevice(t, FT232R);

  const found = (await listSerialPorts()).find(({ path }) => path === "COM112");

  assert.deepEqual([found?.vid, found?.pid, found?.serialNumber], [0x0403, 0x6001, "A50285BI"]);
  assert.equal(found?.hardwareId, "USB VID:PID=0403:6001 SER=A50285BIA");
});

test("findSerialPort() knows each spelling of a path, and what the list has", async (t) => {
  await registerDevice(t, ARDUINO);

  for (const path of [
    "COM101",
    "com101",
    "\\\\.\\COM101",
    "\\\\?\\USB#VID_2341&PID_0043#85736323838351F0E1C0#{86E0D1E0-8089-11D0-9CE4-08003E301F73}",
  ]) {
    assert.equal((await findSerialPort({ path }))?.path, "COM101", path);
  }
  assert.equal((await findSerialPort({ vid: 0x2341 }))?.path, "COM101");
  assert.equal(await findSerialPort({ path: "COM1010" }), undefined);
});

test("listSerialPorts() has only path and name of what only the registry knows", async (t) => {
  t.after(() => removeSerialName("\\Device\\Test0"));
  await addSerialName("\\Device\\Test0", "COM120");

  const found = await findSerialPort({ path: "COM120" });

  assert.deepEqual([found?.path, found?.name], ["COM120", "COM120"]);
  assert.deepEqual([found?.vid, found?.hardwareId, found?.description], Array(3).fill(undefined));
});

test("listSerialDevices() reports FTDI's timer", async (t) => {
  await registerDevice(t, FT232R);

  const found = (await listSerialDevices()).find(({ path }) => path === "COM112");

  assert.deepEqual([found?.present, found?.problem, found?.latencyTimerMs], [true, 0, 16]);
});

test("listSerialPorts() leaves no handle open", async (t) => {
  await registerDevice(t, ARDUINO);
  await registerDevice(t, FT232R);
  await listSerialPorts(); // loads the libraries
  await listSerialDevices();
  const before = nextHandle();

  for (let round = 0; round < 20; round++) {
    await listSerialPorts();
    await listSerialDevices();
  }

  assert.equal(nextHandle(), before);
});

test("watchSerialPorts() reports ports that come and go, by the registry's own notification", async () => {
  const events = watchSerialPorts({ initial: true });
  const added = told(events, "added", "COM121");
  await addSerialName("\\Device\\Test1", "COM121");
  await added;

  const removed = told(events, "removed", "COM121");
  await removeSerialName("\\Device\\Test1");
  await removed;

  await events.return?.();
});

test("watchSerialPorts() reports an interface that is linked", async (t) => {
  const events = watchSerialPorts({ initial: true });
  const added = told(events, "added", "COM101");

  await registerDevice(t, ARDUINO);

  await added;
  await events.return?.();
});

test("watchSerialPorts() gives its handles back", async () => {
  const round = async (): Promise<void> => {
    const events = watchSerialPorts({ initial: true });
    const added = told(events, "added", "COM122");
    await addSerialName("\\Device\\Test2", "COM122");
    await added;
    await events.return?.();
    await removeSerialName("\\Device\\Test2");
  };
  await round();
  const before = nextHandle();

  for (let at = 0; at < 3; at++) await round();

  // The thread gives back its own a moment later.
  await until("no handle is left", () => nextHandle() <= before);
});

test("a watch without a pending call does not keep the process alive", async (t) => {
  t.after(() => removeSerialName("\\Device\\Test5"));
  await addSerialName("\\Device\\Test5", "COM125");
  const program = `
    import { watchSerialPorts } from ${JSON.stringify(import.meta.resolve("anyserial"))};
    const events = watchSerialPorts({ initial: true });
    for (;;) {
      const { value } = await events.next();
      if (value.port.path === "COM125") break;
    }
    events.next().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 300)); // the thread runs
    console.log("done");
    events.return();`;

  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "--eval",
    program,
  ]);

  assert.match(stdout, /done/);
});

test("openSerialPort() names the port in its info", async () => {
  const cable = await layCable();
  const [name = ""] = cable.names;
  try {
    await addSerialName("\\Device\\Test3", name);
    await using port = await openSerialPort(`\\\\.\\${name.toLowerCase()}`, { baudRate: 9600 });

    assert.equal(port.info?.path, name);
  } finally {
    await removeSerialName("\\Device\\Test3");
    await cable.close();
  }
});

test("inspectSerialPort() looks at a port and leaves its bytes", async () => {
  const cable = await layCable();
  const [a = "", b = ""] = cable.names;
  try {
    const look = await inspectSerialPort(a);
    await using sender = await openSerialPort(b);
    await using port = await openSerialPort(a, { baudRate: 9600 });
    await sender.send(new Uint8Array([1]));

    assert.deepEqual([look.path, look.exclusive, look.isWritable], [a, true, true]);
    assert.deepEqual(await port.receive(), new Uint8Array([1]));
  } finally {
    await cable.close();
  }
});

test("inspectSerialPort() fails for a port that is not there", async () => {
  await assert.rejects(inspectSerialPort("COM255"), { name: "PortNotFoundError", winerror: 2 });
});

test("serialSessions() waits for a path until the registry reports it", async () => {
  const before = await layCable();
  const number = Number(before.names[1]?.slice("COM".length)) + 1;
  const sessions = serialSessions(`COM${number}`, { baudRate: 9600 });
  const first = sessions.next();
  const cable = await layCable(); // takes the next free numbers
  try {
    assert.equal(cable.names[0], `COM${number}`);
    await addSerialName("\\Device\\Test4", `COM${number}`);

    const { value: port } = await first;

    assert.equal(port?.path, `COM${number}`);
    await sessions.return(undefined);
  } finally {
    await removeSerialName("\\Device\\Test4");
    await cable.close();
    await before.close();
  }
});

/** Waits for an event; with those of the beginning, it does not matter when the watch began. */
async function told(
  events: AsyncIterableIterator<PortEvent, undefined>,
  type: PortEvent["type"],
  path: string,
): Promise<void> {
  for (;;) {
    const { value } = await events.next();
    if (value?.type === type && value.port.path === path) return;
  }
}

/** Wine gives out the lowest number that is free: one that stays open moves it. */
function nextHandle(): number {
  const { create, close } = bindEvents(ffi, 8);
  const handle = create();
  close(handle);
  return handle;
}
