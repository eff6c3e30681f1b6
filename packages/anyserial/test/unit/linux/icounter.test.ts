import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { readIcounter } from "../../../dist/linux/icounter.js";
import { ABI, FakeLibc } from "../../helpers/fake-libc.ts";

test("readIcounter() finds each counter of the struct", () => {
  const libc = new FakeLibc();
  // <linux/serial.h>: cts dsr rng dcd rx tx frame overrun parity brk buf_overrun
  libc.counters = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

  deepEqual(readIcounter(libc, ABI, 3), {
    edges: { cts: 1, dsr: 2, ri: 3, dcd: 4 },
    errors: { framing: 7, parity: 9, overrun: 8, break: 10, bufferOverflow: 11 },
  });
});

test("readIcounter() gives -ENOTTY where the driver does not count", () => {
  equal(readIcounter(new FakeLibc(), ABI, 3), -25);
});

test("readIcounter() gives -EIO when the device is gone", () => {
  const libc = new FakeLibc();
  libc.fail("TIOCGICOUNT", "EIO");

  equal(readIcounter(libc, ABI, 3), -5);
});
