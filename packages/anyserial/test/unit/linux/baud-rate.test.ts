import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applyBaudRate, readBaudRate } from "../../../dist/linux/baud-rate.js";
import type { Termios } from "../../../dist/posix/termios.js";
import { abiOf } from "../../helpers/fake-libc.ts";

function termiosWith(cflag: number): Termios {
  return {
    iflag: 1,
    oflag: 2,
    cflag,
    lflag: 3,
    ispeed: 50,
    ospeed: 75,
    cc: new Uint8Array(19),
    raw: new Uint8Array(44),
  };
}

/** CPU, rate, and the whole c_cflag that comes of 0 (asm/termbits.h). */
const CODES: readonly (readonly [string, number, number])[] = [
  ["x64", 9600, 0x0d],
  ["x64", 38_400, 0x0f],
  ["x64", 115_200, 0x1002],
  ["x64", 4_000_000, 0x100f],
  ["x64", 74_880, 0x1000], // BOTHER
  ["x64", 1, 0x1000],
  ["x64", 4_294_967_295, 0x1000],
  ["arm64", 250_000, 0x1000],
  ["ppc64", 9600, 0x0d],
  ["ppc64", 57_600, 0x10],
  ["ppc64", 115_200, 0x11],
  ["ppc64", 74_880, 0x1f],
];

for (const [cpu, rate, cflag] of CODES) {
  test(`applyBaudRate() codes ${rate} baud as 0x${cflag.toString(16)} on ${cpu}`, () => {
    const termios = applyBaudRate(abiOf(cpu), termiosWith(0), rate);

    equal(termios.cflag, cflag);
    equal(termios.ispeed, rate);
    equal(termios.ospeed, rate);
  });
}

/** CPU, and everything of c_cflag but CBAUD and CIBAUD. */
const KEPT: readonly (readonly [string, number])[] = [
  ["x64", 0xeff0_eff0],
  ["ppc64", 0xff00_ff00],
];

for (const [cpu, kept] of KEPT) {
  test(`applyBaudRate() clears a stale input rate, and keeps all other flags, on ${cpu}`, () => {
    const abi = abiOf(cpu);

    const termios = applyBaudRate(abi, termiosWith(0xffff_ffff), 9600);

    equal(termios.cflag, (kept | 0x0d) >>> 0);
    equal(termios.cflag & abi.CIBAUD, 0);
  });
}

test("applyBaudRate() clears B9600 that glibc 2.42 left in CIBAUD", () => {
  const stale = 0x0d << 16;

  equal(applyBaudRate(abiOf("x64"), termiosWith(stale | 0x8b0), 250_000).cflag, 0x18b0);
});

test("applyBaudRate() leaves the other settings alone", () => {
  const before = termiosWith(0);

  const after = applyBaudRate(abiOf("x64"), before, 9600);

  deepEqual({ ...after, cflag: 0, ispeed: 50, ospeed: 75 }, before);
});

test("readBaudRate() believes the number, never the code", () => {
  equal(readBaudRate({ ...termiosWith(0x100f), ospeed: 12_345 }), 12_345);
});

test("readBaudRate() reads back any rate that was applied", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), fc.nat(), (rate, cflag) => {
      equal(readBaudRate(applyBaudRate(abiOf("x64"), termiosWith(cflag), rate)), rate);
    }),
  );
});
