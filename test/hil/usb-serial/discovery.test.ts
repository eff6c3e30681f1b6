// What discovery tells of a USB adapter on the kernel's real driver.

import { equal } from "node:assert/strict";
import { test } from "node:test";
import { listSerialPorts } from "anyserial";
import { plugAdapter } from "../helpers/usb-adapter.ts";

test("listSerialPorts() reports what the kernel knows of a USB adapter", async (t) => {
  const { path } = await plugAdapter(t, "left", "LEFT01");

  const ports = await listSerialPorts();
  const port = ports.find((candidate) => candidate.path === path);

  equal(port?.vid, 0x0403);
  equal(port?.pid, 0x6001);
  equal(port?.serialNumber, "LEFT01");
  equal(port?.manufacturer, "QEMU");
  equal(port?.driver, "ftdi_sio");
});
