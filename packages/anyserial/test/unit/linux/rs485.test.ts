import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeRs485, encodeRs485, readRs485, writeRs485 } from "../../../dist/linux/rs485.js";
import { ABI, FakeLibc, wordAt, words } from "../../helpers/fake-libc.ts";

const OFF = {
  enabled: false,
  rtsOnSend: false,
  rtsAfterSend: false,
  delayBeforeSendMs: 0,
  delayAfterSendMs: 0,
  rxDuringTx: false,
};

/** One option, and the bit of `flags` in <linux/serial.h>. */
const FLAGS: readonly (readonly [keyof typeof OFF, number])[] = [
  ["enabled", 1],
  ["rtsOnSend", 2],
  ["rtsAfterSend", 4],
  ["rxDuringTx", 16],
];

for (const [option, bit] of FLAGS) {
  test(`encodeRs485() puts ${option} into bit ${bit}, and decodeRs485() finds it`, () => {
    const config = { ...OFF, [option]: true };

    const block = encodeRs485(ABI, new Uint8Array(32), config);

    deepEqual(block, words(32, { 0: bit }));
    deepEqual(decodeRs485(ABI, block), config);
  });
}

test("encodeRs485() puts the delays behind the flags, in milliseconds", () => {
  const config = { ...OFF, delayBeforeSendMs: 7, delayAfterSendMs: 1000 };

  deepEqual(encodeRs485(ABI, new Uint8Array(32), config), words(32, { 4: 7, 8: 1000 }));
});

test("encodeRs485() keeps flags and bytes that it has no option for", () => {
  const terminated = words(32, { 0: 0x20 | 0x1, 12: 0xabcd }); // SER_RS485_TERMINATE_BUS, address

  const block = encodeRs485(ABI, terminated, { ...OFF, rtsOnSend: true });

  equal(wordAt(block, 0), 0x22);
  equal(wordAt(block, 12), 0xabcd);
  equal(wordAt(terminated, 0), 0x21);
});

test("decodeRs485() gives back any options that encodeRs485() packed over any block", () => {
  const delay = fc.integer({ min: 0, max: 1000 });
  const config = fc.record(
    {
      enabled: fc.boolean(),
      rtsOnSend: fc.boolean(),
      rtsAfterSend: fc.boolean(),
      delayBeforeSendMs: delay,
      delayAfterSendMs: delay,
      rxDuringTx: fc.boolean(),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(config, fc.uint8Array({ minLength: 32, maxLength: 32 }), (wanted, base) => {
      const block = encodeRs485(ABI, base, wanted);

      deepEqual(decodeRs485(ABI, block), wanted);
      deepEqual(block.subarray(12), base.subarray(12));
    }),
  );
});

test("readRs485() gives the whole block, or -errno", () => {
  const libc = new FakeLibc();
  const tty = { libc, abi: ABI, fd: 3, path: "/dev/ttyS0" };

  equal(readRs485(tty), -25);
  libc.rs485 = words(32, { 0: 3, 28: 9 });
  deepEqual(readRs485(tty), words(32, { 0: 3, 28: 9 }));
});

test("writeRs485() writes the block, and keeps the driver's changes to it away from the caller", () => {
  const libc = new FakeLibc();
  libc.rs485 = new Uint8Array(32);
  const block = words(32, { 0: 3 });
  const scribbling = {
    ...{ abi: ABI, fd: 3, path: "/dev/ttyS0" },
    libc: Object.assign(Object.create(libc) as FakeLibc, {
      ioctl: (fd: number, request: number, argument: Uint8Array) => {
        const result = libc.ioctl(fd, request, argument);
        argument.fill(0xff);
        return result;
      },
    }),
  };

  equal(writeRs485(scribbling, block), 0);
  deepEqual(libc.rs485, words(32, { 0: 3 }));
  deepEqual(block, words(32, { 0: 3 }));
});
