// Layouts from Documentation/usb/usbip_protocol.rst of the Linux kernel.

import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  decodeAnswer,
  decodeCommand,
  encodeCommand,
  encodeSubmitAnswer,
  encodeUnlinkAnswer,
  UsbipProtocolError,
} from "../../../dist/usbip/urb-codec.js";

const word = fc.integer({ min: 0, max: 0xffff_ffff });

test("decodeCommand() reads the first command that a kernel sends", () => {
  const head = Buffer.from(
    "00000001" + // submit
      "00000d05" + // sequence number
      "0001000f" + // device
      "00000001" + // in
      "00000000" + // endpoint
      "00000200" + // flags
      "00000040" + // length
      "ffffffff" + // start frame
      "00000000" + // packets
      "00000004" + // interval
      "8006000100004000", // setup: device descriptor, 64 bytes
    "hex",
  );

  deepEqual(decodeCommand(head), {
    kind: "submit",
    sequence: 0xd05,
    isIn: true,
    endpoint: 0,
    length: 64,
    setup: Uint8Array.of(0x80, 6, 0, 1, 0, 0, 64, 0),
  });
});

test("encodeSubmitAnswer() writes a stall as the kernel expects it", () => {
  const answer = encodeSubmitAnswer({ sequence: 7, status: -32, actual: 0 });

  equal(
    Buffer.from(answer).toString("hex"),
    `0000000300000007${"00".repeat(12)}ffffffe0${"00".repeat(24)}`,
  );
});

test("encodeUnlinkAnswer() writes that a transfer was taken back", () => {
  const answer = encodeUnlinkAnswer(8, -104);

  equal(
    Buffer.from(answer).toString("hex"),
    `0000000400000008${"00".repeat(12)}ffffff98${"00".repeat(24)}`,
  );
});

test("decodeCommand() is the inverse of encodeCommand()", () => {
  const submit = fc.record({
    kind: fc.constant("submit" as const),
    sequence: word,
    isIn: fc.boolean(),
    endpoint: fc.integer({ min: 0, max: 15 }),
    length: fc.integer({ min: 0, max: 1024 * 1024 }),
    setup: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  });
  const unlink = fc.record({ kind: fc.constant("unlink" as const), sequence: word, victim: word });
  fc.assert(
    fc.property(fc.oneof(submit, unlink), (command) => {
      deepEqual(decodeCommand(encodeCommand(command)), { ...command });
    }),
  );
});

test("decodeAnswer() is the inverse of encodeSubmitAnswer()", () => {
  const answer = fc.record({
    sequence: word,
    status: fc.integer({ min: -133, max: 0 }),
    actual: fc.integer({ min: 0, max: 1024 * 1024 }),
  });
  fc.assert(
    fc.property(answer, (given) => {
      deepEqual(decodeAnswer(encodeSubmitAnswer(given)), { kind: "submit", ...given });
    }),
  );
});

test("decodeCommand() refuses any other 48 bytes with its own error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 48, maxLength: 48 }), (head) => {
      try {
        const command = decodeCommand(head);
        equal(command.kind, head[3] === 1 ? "submit" : "unlink");
      } catch (error) {
        if (!(error instanceof UsbipProtocolError)) throw error;
      }
    }),
  );
});

for (const [what, at, value] of [
  ["an endpoint beyond 15", 19, 16],
  ["a transfer of more than a mebibyte", 25, 0x20],
  ["an isochronous transfer", 35, 1],
] as const) {
  test(`decodeCommand() refuses ${what}`, () => {
    const setup = new Uint8Array(8);
    const submit = {
      kind: "submit",
      sequence: 1,
      isIn: true,
      endpoint: 1,
      length: 1,
      setup,
    } as const;
    const head = encodeCommand(submit);
    head[at] = value;

    throws(() => decodeCommand(head), UsbipProtocolError);
  });
}
