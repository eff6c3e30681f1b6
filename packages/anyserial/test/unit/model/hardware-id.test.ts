// Hardware ids in pySerial's words: usb_info() and usb_description() of list_ports_common.py.

import assert from "node:assert/strict";
import { test } from "node:test";
import { usbDescription, usbHardwareId } from "../../../dist/model/hardware-id.js";

const NOTHING = {
  vid: undefined,
  pid: undefined,
  serialNumber: undefined,
  location: undefined,
  product: undefined,
  interface: undefined,
};

const IDS = [
  [
    { vid: 0x0403, pid: 0x6001, serialNumber: "A6", location: "1-2" },
    "USB VID:PID=0403:6001 SER=A6 LOCATION=1-2",
  ],
  [{ vid: 0x1a86, pid: 0x7523, location: "1-5" }, "USB VID:PID=1A86:7523 LOCATION=1-5"],
  [{ vid: 1, pid: 2, serialNumber: "" }, "USB VID:PID=0001:0002 SER="],
  [{}, "USB VID:PID=0000:0000"],
] as const;
for (const [usb, expected] of IDS) {
  test(`usbHardwareId() writes ${expected}`, () => {
    assert.equal(usbHardwareId({ ...NOTHING, ...usb }), expected);
  });
}

const DESCRIPTIONS = [
  [{ product: "Quad", interface: "A" }, "Quad - A"],
  [{ product: "Quad" }, "Quad"],
  [{ product: "Quad", interface: "" }, "Quad"],
  [{ interface: "A" }, "A"],
  [{ product: "" }, "ttyUSB0"],
] as const;
for (const [usb, expected] of DESCRIPTIONS) {
  test(`usbDescription() of ${JSON.stringify(usb)} is ${expected}`, () => {
    assert.equal(usbDescription({ ...NOTHING, ...usb }, "ttyUSB0"), expected);
  });
}
