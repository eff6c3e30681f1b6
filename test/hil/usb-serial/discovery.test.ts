// Discovery of a USB adapter on the kernel's real driver.

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { after, test } from "node:test";
import { findSerialPort, listSerialPorts, openSerialPort, watchSerialPorts } from "anyserial";
import { plugAdapter } from "../helpers/usb-adapter.ts";

const LEFT = await plugAdapter({ after }, { channel: "left", serial: "LEFT01" });

test("listSerialPorts() reports what the kernel knows of a USB adapter", async () => {
  const ports = await listSerialPorts();
  const port = ports.find(({ path }) => path === LEFT.path);

  match(LEFT.path, /^\/dev\/ttyUSB\d+$/);
  deepEqual(port, {
    path: LEFT.path,
    name: LEFT.path.slice("/dev/".length),
    description: "QEMU USB SERIAL",
    hardwareId: `USB VID:PID=0403:6001 SER=LEFT01 LOCATION=${port?.location}`,
    vid: 0x0403,
    pid: 0x6001,
    serialNumber: "LEFT01",
    manufacturer: "QEMU",
    product: "QEMU USB SERIAL",
    location: port?.location,
    interface: undefined,
    driver: "ftdi_sio",
    stablePath: undefined,
  });
  match(port?.location ?? "", /^\d+-\d+$/);
});

test("openSerialPort() opens the adapter that a filter means", async (t) => {
  await plugAdapter(t, { channel: "right", serial: "RIGHT1" });
  const port = await openSerialPort({ vid: 0x0403, serialNumber: "LEFT01" });

  equal(port.path, LEFT.path);
  equal(port.info?.driver, "ftdi_sio");

  await port.close();
});

test("openSerialPort() refuses a filter that two adapters match", async (t) => {
  await plugAdapter(t, { channel: "right", serial: "RIGHT1" });

  await rejects(openSerialPort({ vid: 0x0403 }), { code: "ERR_SERIAL_AMBIGUOUS" });
});

test("watchSerialPorts() reports an adapter that comes and goes", async (t) => {
  const events = watchSerialPorts();
  const added = events.next();
  const right = await plugAdapter(t, { channel: "right", serial: "RIGHT2" });
  const { path } = right;

  deepEqual(await added, {
    done: false,
    value: { type: "added", port: await findSerialPort({ serialNumber: "RIGHT2" }) },
  });

  const removed = events.next();
  await right.unplug();
  const { value } = await removed;
  deepEqual([value?.type, value?.port.path], ["removed", path]);
  equal(value?.port.serialNumber, "RIGHT2");

  await events.return?.();
});
