// The listing of node-serialport in our words, and what is said when it is missing or fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { listNodeSerialPorts } from "#internal/node-serialport.js";

function packageWith(list: () => Promise<unknown>): () => Promise<unknown> {
  return async () => ({ SerialPort: { list } });
}

test("listNodeSerialPorts() turns its fields into ours", async () => {
  const load = packageWith(async () => [
    {
      path: "/dev/ttyUSB0",
      manufacturer: "FTDI",
      serialNumber: "A6008isP",
      pnpId: "usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0",
      vendorId: "0403",
      productId: "6001",
    },
    { path: "/dev/ttyS0" },
  ]);

  const [usb, other] = await listNodeSerialPorts(load);

  assert.equal(usb?.vid, 0x0403);
  assert.equal(usb?.hardwareId, "USB VID:PID=0403:6001 SER=A6008isP");
  assert.equal(usb?.stablePath, "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0");
  assert.equal(other?.hardwareId, undefined);
  assert.ok(Object.isFrozen(usb));
});

test("listNodeSerialPorts() says which package to install", async () => {
  const load = async (): Promise<never> => {
    throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
  };

  await assert.rejects(listNodeSerialPorts(load), (error: Error & { hint?: string }) => {
    assert.equal(error.name, "UnsupportedFeatureError");
    assert.match(error.hint ?? "", /npm install serialport/);
    return true;
  });
});

test("listNodeSerialPorts() passes on why its listing failed", async () => {
  const cause = new Error("spawn udevadm ENOENT");

  await assert.rejects(listNodeSerialPorts(packageWith(() => Promise.reject(cause))), {
    code: "ERR_SERIAL_DISCOVERY",
    message: "Cannot list ports by serialport: spawn udevadm ENOENT",
    cause,
  });
});
