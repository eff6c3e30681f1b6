// Layouts from Documentation/usb/usbip_protocol.rst of the Linux kernel.

import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { createChip } from "../../../dist/chips/create-chip.js";
import {
  decodeBusid,
  decodeOperation,
  encodeDeviceList,
  encodeImport,
} from "../../../dist/usbip/operation-codec.js";
import { UsbipProtocolError } from "../../../dist/usbip/urb-codec.js";

const device = { busid: "1-1", deviceNumber: 0x1_0002, model: createChip({ chip: "ft232r" }) };

test("encodeDeviceList() describes each device, and its interfaces", () => {
  const list = Buffer.from(encodeDeviceList([device, { ...device, busid: "1-2" }]));
  const record = list.subarray(12, 12 + 312);

  equal(list.length, 12 + 2 * (312 + 4));
  equal(list.subarray(0, 12).toString("hex"), "011100050000000000000002");
  equal(record.subarray(256, 260).toString("latin1"), "1-1\0");
  equal(
    record.subarray(288).toString("hex"),
    "000000010000000200000003" + // bus, device, speed
      "040360010600" + // vendor, product, release
      "000000010101", // class, configuration, configurations, interfaces
  );
  deepEqual([...list.subarray(12 + 312, 12 + 316)], [0xff, 0, 0, 0]);
});

test("encodeImport() hands over the record, or a reason alone", () => {
  const given = Buffer.from(encodeImport(0, device));
  equal(given.length, 320);
  equal(given.subarray(0, 8).toString("hex"), "0111000300000000");

  equal(Buffer.from(encodeImport(2)).toString("hex"), "0111000300000002");
});

test("decodeOperation() reads the requests of the usbip program", () => {
  equal(decodeOperation(Buffer.from("0111800500000000", "hex")), "list");
  equal(decodeOperation(Buffer.from("0111800300000000", "hex")), "import");
});

test("decodeOperation() refuses other versions and other requests", () => {
  for (const head of ["0106800500000000", "0111000500000000", "4745542f20485454"]) {
    throws(() => decodeOperation(Buffer.from(head, "hex")), UsbipProtocolError);
  }
});

test("decodeBusid() ends with the first zero, or with the field", () => {
  equal(decodeBusid(Buffer.from("1-1\0garbage".padEnd(32, "\0"))), "1-1");
  equal(decodeBusid(Buffer.alloc(32, 0x41)), "A".repeat(32));
});
