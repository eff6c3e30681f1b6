// Blocks of a capture, byte by byte.

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeInterface, encodePacket, encodeSection } from "../../../dist/capture/pcapng.js";

test("encodeSection() writes version 1.0, little-endian, of unknown length", () => {
  const block = Buffer.from(encodeSection());

  assert.equal(block.subarray(0, 4).toString("hex"), "0a0d0d0a");
  assert.equal(block.readUInt32LE(4), block.length);
  assert.equal(block.subarray(8, 16).toString("hex"), "4d3c2b1a01000000");
  assert.equal(block.subarray(16, 24).toString("hex"), "ffffffffffffffff");
  assert.equal(block.readUInt32LE(block.length - 4), block.length);
});

test("encodeInterface() writes the link type, the name and nanoseconds", () => {
  const expected = [
    "01000000", // interface description block
    "28000000", // 40 bytes
    "fa000000", // link type 250, reserved
    "00000000", // no snap length
    "020004006e2f6d31", // if_name, 4 bytes: n/m1
    "0900010009000000", // if_tsresol, 1 byte, padded
    "00000000", // end of options
    "28000000",
  ];

  assert.equal(Buffer.from(encodeInterface(250, "n/m1")).toString("hex"), expected.join(""));
});

test("encodePacket() writes a received message with its header and direction", () => {
  const block = Buffer.from(
    encodePacket({
      interfaceId: 2,
      event: "received",
      timestampNs: 0x0011_2233_4455_6677n,
      bytes: Buffer.from("abc"),
    }),
  );

  const expected = [
    "06000000", // enhanced packet block
    "3c000000", // 60 bytes
    "02000000",
    "33221100", // time, upper half
    "77665544", // time, lower half
    "0f000000", // 15 captured bytes: 12 of the header
    "0f000000",
    "00499696", // 4822678 s
    "0002e315", // 189205 µs
    "02000000", // DATA_RX_START, no lines, footer
    "61626300", // the message, padded
    "0200040001000000", // epb_flags: inbound
    "00000000",
    "3c000000",
  ];
  assert.equal(block.toString("hex"), expected.join(""));
});

test("encodePacket() writes lost bytes as an outbound overflow", () => {
  const bytes = Buffer.from("x");
  const block = Buffer.from(
    encodePacket({ interfaceId: 0, event: "overflow", timestampNs: 0n, bytes }),
  );

  assert.equal(block[28 + 8], 0x0a);
  assert.equal(block.subarray(44, 52).toString("hex"), "0200040002000000");
});
