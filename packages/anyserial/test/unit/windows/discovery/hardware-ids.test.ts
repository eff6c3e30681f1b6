// Instance ids as drivers write them, and their meaning.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  isOfItsParents,
  parseFtdiId,
  parseHardwareIds,
  parseUsbId,
  pySerialHardwareId,
  usbLocation,
} from "../../../../dist/windows/discovery/hardware-ids.js";

const USB_IDS = [
  [
    "USB\\VID_2341&PID_0043\\85736323838351F0E1C0",
    0x2341,
    0x0043,
    undefined,
    "85736323838351F0E1C0",
  ],
  ["USB\\VID_10C4&PID_EA60\\0001", 0x10c4, 0xea60, undefined, "0001"],
  ["USB\\VID_1A86&PID_7523\\5&37F8C3A8&0&2", 0x1a86, 0x7523, undefined, undefined],
  ["USB\\VID_067B&PID_2303\\6&2B1E9F3&0&1", 0x067b, 0x2303, undefined, undefined],
  ["USB\\VID_10C4&PID_EA70&MI_00\\7&AB06D17&0&0000", 0x10c4, 0xea70, 0, undefined],
  ["USB\\VID_1209&PID_2201&MI_0A\\7&AB06D17&0&000A", 0x1209, 0x2201, 10, undefined],
  ["USB\\VID_303A&PID_1001\\24:0A:C4:12:34:56", 0x303a, 0x1001, undefined, "24:0A:C4:12:34:56"],
  ["USB\\VID_2E8A&PID_000A\\E6605838835A2C29", 0x2e8a, 0x000a, undefined, "E6605838835A2C29"],
  ["USB\\VID_0483&PID_5740\\A_B-C.D", 0x0483, 0x5740, undefined, "A_B-C.D"],
  ["usb\\vid_04d8&pid_000a\\abc", 0x04d8, 0x000a, undefined, "abc"],
] as const;

for (const [id, vid, pid, interfaceNumber, serialNumber] of USB_IDS) {
  test(`parseUsbId() reads ${id}`, () => {
    assert.deepEqual(parseUsbId(id), { vid, pid, interfaceNumber, serialNumber });
  });
}

for (const id of [
  "USB\\ROOT_HUB30\\4&1A2B3C4D&0&0",
  "USB\\VID_2341\\1",
  "USBSTOR\\DISK&VEN_SANDISK\\1",
  "ACPI\\PNP0501\\1",
  "FTDIBUS\\VID_0403+PID_6001+A50285BIA\\0000",
  "BTHENUM\\{00001101-0000-1000-8000-00805F9B34FB}_VID&0001005D_PID&223B\\7&5D6E7F&0&0_C00000000",
  "PCI\\VEN_8086&DEV_9D3D&SUBSYS_00000000&REV_21\\3&11583659&1&B3",
  "COM0COM\\PORT\\CNCA0",
  "ROOT\\PORTS\\0000",
  "",
]) {
  test(`parseUsbId() passes over "${id}"`, () => {
    assert.equal(parseUsbId(id), undefined);
  });
}

const FTDI_IDS = [
  ["FTDIBUS\\VID_0403+PID_6001+A50285BIA\\0000", 0x0403, 0x6001, "A50285BI"],
  ["FTDIBUS\\VID_0403+PID_6010+FT1ABCDEB\\0000", 0x0403, 0x6010, "FT1ABCDE"],
  ["FTDIBUS\\VID_0403+PID_6011+FT97WK0ID\\0000", 0x0403, 0x6011, "FT97WK0I"],
  ["FTDIBUS\\VID_0403+PID_6010+5&2E1A0C&0&2&1\\0000", 0x0403, 0x6010, undefined],
  ["FTDIBUS\\VID_0403+PID_6001\\0000", 0x0403, 0x6001, undefined],
  ["FTDIBUS\\COMPORT&VID_0403&PID_6015\\0000", 0x0403, 0x6015, undefined],
] as const;

for (const [id, vid, pid, serialNumber] of FTDI_IDS) {
  test(`parseFtdiId() reads ${id}`, () => {
    assert.deepEqual(parseFtdiId(id), { vid, pid, interfaceNumber: undefined, serialNumber });
  });
}

test("parseFtdiId() passes over other enumerators", () => {
  assert.equal(parseFtdiId("USB\\VID_0403&PID_6001\\A50285BI"), undefined);
});

for (const [ids, found] of [
  [["MODEM\\VID_1E0E&PID_9001&MI_02"], { vid: 0x1e0e, pid: 0x9001 }],
  [["QCUSB\\REV_01", "USB\\VID_2C7C&PID_0125&REV_0318&MI_02"], { vid: 0x2c7c, pid: 0x0125 }],
  [["FTDIBUS\\COMPORT&VID_0403&PID_6001"], { vid: 0x0403, pid: 0x6001 }],
  [["ACPI\\VEN_PNP&DEV_0501", "*PNP0501"], undefined],
  [["BTHENUM\\{00001101}_VID&0001005D_PID&223B"], undefined],
  [[], undefined],
] as const) {
  test(`parseHardwareIds() reads ${ids[0] ?? "nothing"}`, () => {
    assert.deepEqual(parseHardwareIds(ids), found);
  });
}

test("isOfItsParents() is false for Bluetooth only", () => {
  assert.equal(isOfItsParents("BTHENUM\\{00001101}\\1"), false);
  assert.equal(isOfItsParents("BTHLEDEVICE\\{0000}\\1"), false);
  assert.equal(isOfItsParents("MXUPORT\\COM\\1"), true);
});

for (const [path, number, location] of [
  ["PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(4)", undefined, "1-4"],
  ["PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(1)#USB(4)", undefined, "1-1.4"],
  ["PCIROOT(0)#PCI(1C00)#PCI(0000)#USBROOT(1)#USB(2)#USB(1)#USB(3)", 2, "2-2.1.3:x.2"],
  ["PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(3)#USBMI(0)", 0, "1-3:x.0"],
  ["ACPI(_SB_)#ACPI(PCI0)#ACPI(UAR1)", undefined, undefined],
  ["ACPI(_SB_)", 0, undefined],
  [undefined, 0, undefined],
] as const) {
  test(`usbLocation() reads ${path}`, () => {
    assert.equal(usbLocation(path, number), location);
  });
}

test("pySerialHardwareId() takes any text literally", () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (instanceId, location) => {
      const text = pySerialHardwareId({
        instanceId,
        locationPath: location,
        parentIds: [instanceId],
      });
      assert.equal(typeof text, "string");
      parseUsbId(instanceId);
      parseFtdiId(instanceId);
    }),
  );
});
