import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { DataBits, Parity, StopBits } from "anyserial";
import fc from "fast-check";
import type { LinuxAbi } from "../../../dist/linux/abi.js";
import {
  applyConfig,
  applyDataBits,
  applyFlowControl,
  applyHangup,
  applyLineErrors,
  applyParity,
  applyRaw,
  applyStopBits,
  applyTuning,
  decodeTermios,
  encodeTermios,
  readFraming,
  type Termios,
} from "../../../dist/posix/termios.js";
import { abiOf, configOf, words } from "../../helpers/fake-libc.ts";

const ZERO: Termios = {
  iflag: 0,
  oflag: 0,
  cflag: 0,
  lflag: 0,
  ispeed: 0,
  ospeed: 0,
  cc: new Uint8Array(19),
  raw: new Uint8Array(44),
};
const FULL: Termios = {
  ...ZERO,
  iflag: 0xffff_ffff,
  oflag: 0xffff_ffff,
  cflag: 0xffff_ffff,
  lflag: 0xffff_ffff,
};

/** Flag bits as <asm/termbits.h> of each CPU has them, written out. */
interface Bits {
  readonly cpu: string;
  readonly size: Readonly<Record<DataBits, number>>;
  readonly sizeMask: number;
  readonly stop: number;
  readonly parity: Readonly<Record<Parity, number>>;
  readonly parityMask: number;
  readonly hangup: number;
  readonly read: number;
  readonly local: number;
  readonly xonXoff: number;
  readonly rawInput: number;
  readonly rawLocal: number;
  readonly vmin: number;
  readonly vtime: number;
  readonly vstart: number;
  readonly vstop: number;
  readonly ccAt: number;
}

const X64: Bits = {
  cpu: "x64",
  size: { 5: 0, 6: 0x10, 7: 0x20, 8: 0x30 },
  sizeMask: 0x30,
  stop: 0x40,
  parity: { none: 0, even: 0x100, odd: 0x300, space: 0x4000_0100, mark: 0x4000_0300 },
  parityMask: 0x4000_0300,
  hangup: 0x400,
  read: 0x80,
  local: 0x800,
  xonXoff: 0x1400,
  rawInput: 0x3dff,
  rawLocal: 0x1804b,
  vmin: 6,
  vtime: 5,
  vstart: 8,
  vstop: 9,
  ccAt: 17,
};
const PPC64: Bits = {
  cpu: "ppc64",
  size: { 5: 0, 6: 0x100, 7: 0x200, 8: 0x300 },
  sizeMask: 0x300,
  stop: 0x400,
  parity: { none: 0, even: 0x1000, odd: 0x3000, space: 0x4000_1000, mark: 0x4000_3000 },
  parityMask: 0x4000_3000,
  hangup: 0x4000,
  read: 0x800,
  local: 0x8000,
  xonXoff: 0x600,
  rawInput: 0x2fff,
  rawLocal: 0x1000_0598,
  vmin: 5,
  vtime: 7,
  vstart: 13,
  vstop: 14,
  ccAt: 16,
};

const DATA_BITS: readonly DataBits[] = [5, 6, 7, 8];
const PARITIES: readonly Parity[] = ["none", "odd", "even", "mark", "space"];

function without(bits: number): number {
  return (0xffff_ffff & ~bits) >>> 0;
}

for (const bits of [X64, PPC64]) {
  const abi: LinuxAbi = abiOf(bits.cpu);
  const on = `on ${bits.cpu}`;

  for (const count of DATA_BITS) {
    test(`applyDataBits() sets ${count} bits ${on}, over any other size`, () => {
      equal(applyDataBits(abi, ZERO, count).cflag, bits.size[count]);
      equal(
        applyDataBits(abi, FULL, count).cflag,
        (without(bits.sizeMask) | bits.size[count]) >>> 0,
      );
    });
  }

  for (const parity of PARITIES) {
    test(`applyParity() sets ${parity} ${on}, over any other parity`, () => {
      equal(applyParity(abi, ZERO, parity).cflag, bits.parity[parity]);
      equal(
        applyParity(abi, FULL, parity).cflag,
        (without(bits.parityMask) | bits.parity[parity]) >>> 0,
      );
    });

    test(`applyParity() checks received characters only with a parity bit: ${parity} ${on}`, () => {
      const checked = parity === "none" ? 0 : 0x10; // INPCK

      equal(applyParity(abi, ZERO, parity).iflag, checked);
      equal(applyParity(abi, FULL, parity).iflag & 0x10, checked);
    });
  }

  test(`applyStopBits() sets CSTOPB for more than one ${on}`, () => {
    equal(applyStopBits(abi, FULL, 1).cflag, without(bits.stop));
    equal(applyStopBits(abi, ZERO, 2).cflag, bits.stop);
    equal(applyStopBits(abi, ZERO, 1.5).cflag, bits.stop);
  });

  test(`applyHangup() sets HUPCL ${on}`, () => {
    equal(applyHangup(abi, ZERO, true).cflag, bits.hangup);
    equal(applyHangup(abi, FULL, false).cflag, without(bits.hangup));
  });

  test(`applyFlowControl() sets IXON, IXOFF and CRTSCTS independently ${on}`, () => {
    const off = { xonXoff: false, rtsCts: false, dtrDsr: false };

    const software = applyFlowControl(abi, ZERO, { ...off, xonXoff: true });
    const hardware = applyFlowControl(abi, ZERO, { ...off, rtsCts: true });
    const neither = applyFlowControl(abi, FULL, off);

    deepEqual([software.iflag, software.cflag], [bits.xonXoff, 0]);
    deepEqual([hardware.iflag, hardware.cflag], [0, 0x8000_0000]);
    equal(neither.cflag, 0x7fff_ffff);
    equal(neither.iflag, without(bits.xonXoff | 0x800)); // IXANY too
  });

  test(`applyFlowControl() makes DC1 and DC3 the flow control characters ${on}`, () => {
    const { cc } = applyFlowControl(abi, ZERO, { xonXoff: true, rtsCts: false, dtrDsr: false });

    equal(cc[bits.vstart], 0x11);
    equal(cc[bits.vstop], 0x13);
    deepEqual([...ZERO.cc], new Array(19).fill(0));
  });

  test(`applyRaw() clears every translation and waits for one byte ${on}`, () => {
    const raw = applyRaw(abi, { ...FULL, cc: new Uint8Array(19).fill(0xff) });

    equal(raw.iflag, without(bits.rawInput));
    equal(raw.oflag, without(1)); // OPOST
    equal(raw.lflag, without(bits.rawLocal));
    equal(raw.cc[bits.vmin], 1);
    equal(raw.cc[bits.vtime], 0);
  });

  test(`applyRaw() enables the receiver and ignores carrier ${on}`, () => {
    equal(applyRaw(abi, ZERO).cflag, bits.read | bits.local);
  });

  test(`applyLineErrors() sets PARMRK and INPCK to mark, clears PARMRK to count ${on}`, () => {
    equal(applyLineErrors(abi, ZERO, "mark").iflag, 0x18);
    equal(applyLineErrors(abi, FULL, "count").iflag, without(0x8));
  });

  test(`decodeTermios() finds each field of the struct ${on}`, () => {
    const raw = words(44, { 0: 1, 4: 2, 8: 0x8000_0003, 12: 4, 36: 9600, 40: 19_200 });
    raw[bits.ccAt] = 0x41;
    raw[bits.ccAt + 18] = 0x42;

    const termios = decodeTermios(abi, raw);

    deepEqual([termios.iflag, termios.oflag, termios.cflag, termios.lflag], [1, 2, 0x8000_0003, 4]);
    deepEqual([termios.ispeed, termios.ospeed], [9600, 19_200]);
    equal(termios.cc.length, 19);
    deepEqual([termios.cc[0], termios.cc[18]], [0x41, 0x42]);
  });

  test(`encodeTermios() gives back any struct that decodeTermios() read ${on}`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 44, maxLength: 44 }), (raw) => {
        deepEqual(encodeTermios(abi, decodeTermios(abi, raw)), raw);
      }),
    );
  });

  test(`readFraming() reads back every framing that was applied ${on}`, () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            dataBits: fc.constantFrom(...DATA_BITS),
            parity: fc.constantFrom(...PARITIES),
            stopBits: fc.constantFrom<StopBits>(1, 2),
            xonXoff: fc.boolean(),
            rtsCts: fc.boolean(),
            hangupOnClose: fc.boolean(),
          },
          { noNullPrototype: true },
        ),
        fc.constantFrom(ZERO, FULL),
        ({ xonXoff, rtsCts, ...rest }, start) => {
          const wanted = { ...rest, flowControl: { xonXoff, rtsCts, dtrDsr: false } };

          const termios = applyConfig(abi, start, configOf(wanted));

          deepEqual(readFraming(abi, termios), wanted);
        },
      ),
    );
  });
}

test("encodeTermios() leaves the memory that was decoded as it is", () => {
  const abi = abiOf("x64");
  const raw = new Uint8Array(44);

  const encoded = encodeTermios(abi, { ...decodeTermios(abi, raw), cflag: 0xff });

  equal(encoded[8], 0xff);
  deepEqual(raw, new Uint8Array(44));
});

test("encodeTermios() keeps the line discipline, which nothing names", () => {
  const abi = abiOf("x64");
  const raw = new Uint8Array(44);
  raw[16] = 15; // c_line

  equal(encodeTermios(abi, applyConfig(abi, decodeTermios(abi, raw), configOf()))[16], 15);
});

test("applyConfig() gives 8N1, raw, with HUPCL by default", () => {
  const termios = applyConfig(abiOf("x64"), ZERO, configOf());

  deepEqual(
    [termios.iflag, termios.oflag, termios.cflag, termios.lflag],
    [0, 0, 0x80 | 0x800 | 0x30 | 0x400, 0],
  );
});

test("applyConfig() checks parity and marks errors together", () => {
  const abi = abiOf("x64");

  equal(applyConfig(abi, ZERO, configOf({ parity: "even", lineErrors: "mark" })).iflag, 0x18);
  equal(applyConfig(abi, ZERO, configOf({ lineErrors: "mark" })).iflag, 0x18);
  equal(applyConfig(abi, ZERO, configOf({ parity: "even" })).iflag, 0x10);
});

test("applyParity() does not know mark and space where the system has no CMSPAR", () => {
  const abi = { ...abiOf("x64"), CMSPAR: undefined };

  equal(applyParity(abi, ZERO, "mark").cflag, 0x300);
  equal(readFraming(abi, applyParity(abi, ZERO, "mark")).parity, "odd");
});

test("applyTuning() sets input flags of its own and the control characters, and clears what is off", () => {
  const abi = abiOf("x64");
  const all = {
    sendsXoff: true,
    anyRestarts: true,
    dropsDamaged: true,
    minimumBytes: 5,
    timeoutTenths: 3,
    rtsMode: "handshake",
  } as const;
  const none = { ...all, sendsXoff: false, anyRestarts: false, dropsDamaged: false };

  const on = applyTuning(abi, ZERO, all);
  const off = applyTuning(abi, FULL, none);

  equal(on.iflag, 0x1000 | 0x0800 | 0x0004); // IXOFF, IXANY, IGNPAR
  deepEqual([on.cc[abi.VMIN], on.cc[abi.VTIME]], [5, 3]);
  equal(off.iflag, 0xffff_ffff - (0x1000 | 0x0800 | 0x0004));
});
