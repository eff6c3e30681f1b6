// CH340, PL2303 and CDC-ACM: requests as the kernel's ch341.c, pl2303.c and cdc-acm.c make them.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { type ChipName, createChip } from "../../../dist/chips/create-chip.js";
import { lineOf } from "../../helpers/recorded-line.ts";
import { UsbHost } from "../../helpers/usb-host.ts";

const VENDOR = { out: 0x40, in: 0xc0 } as const;
const CLASS = { out: 0x21, in: 0xa1 } as const;
const INTERRUPT = 3;

function plugged(chip: ChipName): { host: UsbHost; line: ReturnType<typeof lineOf> } {
  const model = createChip({ chip });
  return { host: new UsbHost(model), line: lineOf(model) };
}

/** 115200 baud, even parity, 7 data bits, 2 stop bits. */
const LINE_CODING = [0x00, 0xc2, 0x01, 0x00, 2, 2, 7] as const;
const CODED = { baudRate: 115_200, dataBits: 7, parity: "even", stopBits: 2, rtsCts: false };

for (const chip of ["pl2303", "cdc-acm"] as const) {
  test(`${chip}: the line coding arrives at the line, and is read back`, () => {
    const { host, line } = plugged(chip);
    host.control({ type: CLASS.out, request: 0x20, data: LINE_CODING });

    deepEqual(line.settings, [CODED]);
    deepEqual(host.control({ type: CLASS.in, request: 0x21, length: 7 }), [...LINE_CODING]);
    equal(host.control({ type: CLASS.out, request: 0x20, data: [1, 2] }), undefined);
  });

  test(`${chip}: the control line state is DTR and RTS`, () => {
    const { host, line } = plugged(chip);
    for (const value of [1, 2]) host.control({ type: CLASS.out, request: 0x22, value });

    deepEqual(line.outputs, [
      { dtr: true, rts: false },
      { dtr: false, rts: true },
    ]);
  });

  test(`${chip}: a break begins with 0xffff, and ends with 0`, () => {
    const { host, line } = plugged(chip);
    for (const value of [0xffff, 0]) host.control({ type: CLASS.out, request: 0x23, value });

    deepEqual(line.breaks, [true, false]);
  });
}

test("pl2303: a rate without a divisor comes as mantissa and exponent", () => {
  const { host, line } = plugged("pl2303");
  const data = [...Buffer.from([0xa0, 0x02, 0x01, 0x80]), 0, 0, 8]; // 384 MHz / 672 / 2
  host.control({ type: CLASS.out, request: 0x20, data });

  equal(line.settings.at(-1)?.baudRate, Math.round(384e6 / 0x2a0 / 2));
});

test("pl2303: the driver's registers keep their values, and 0x61 in the first is RTS/CTS", () => {
  const { host, line } = plugged("pl2303");
  host.control({ type: VENDOR.out, request: 1, value: 0, index: 0x61 });

  deepEqual(host.control({ type: VENDOR.in, request: 1, value: 0x80, length: 1 }), [0x61]);
  equal(line.settings.at(-1)?.rtsCts, true);
});

test("pl2303: lines come as a notification of ten bytes", () => {
  const { host, line } = plugged("pl2303");
  line.uart.setLines({ cts: true, dcd: true });

  deepEqual(host.bytesOf(host.read(INTERRUPT, 10)), [0xa1, 0x20, 0, 0, 0, 0, 2, 0, 0x81, 0]);
});

test("ch340: registers give rate, framing and break", () => {
  const { host, line } = plugged("ch340");
  host.control({ type: VENDOR.out, request: 0x9a, value: 0x1312, index: 0xcc83 }); // 48 MHz / 8 / 52
  host.control({ type: VENDOR.out, request: 0x9a, value: 0x2518, index: 0xdb });
  equal(line.settings.at(-1)?.baudRate, 115_385);
  deepEqual(
    [line.settings.at(-1)?.dataBits, line.settings.at(-1)?.parity, line.settings.at(-1)?.stopBits],
    [8, "even", 1],
  );
  const registers = host.control({ type: VENDOR.in, request: 0x95, value: 0x1805, length: 2 });
  deepEqual(registers, [0x01, 0xdb]);
  host.control({ type: VENDOR.out, request: 0x9a, value: 0x1805, index: 0x9b00 });
  host.control({ type: VENDOR.out, request: 0x9a, value: 0x1805, index: 0xdb01 });

  deepEqual(line.breaks, [true, false]);
});

test("ch340: the outputs are sent inverted, and so are the inputs", () => {
  const { host, line } = plugged("ch340");
  host.control({ type: VENDOR.out, request: 0xa4, value: 0xffff & ~0x20 });
  line.uart.setLines({ cts: true, ri: true });

  deepEqual(line.outputs, [{ dtr: true, rts: false }]);
  deepEqual(
    host.control({ type: VENDOR.in, request: 0x95, value: 0x0706, length: 2 }),
    [0xfa, 0xee],
  );
  deepEqual(host.bytesOf(host.read(INTERRUPT, 32)), [0x08, 0x7d, 0xfa, 0xee]);
  deepEqual(host.control({ type: VENDOR.in, request: 0x5f, length: 2 }), [0x31, 0]);
});

test("cdc-acm: lines and errors are notifications; an error comes once", () => {
  const { host, line } = plugged("cdc-acm");
  line.uart.awaited(0x81, true);
  line.uart.setLines({ dcd: true, ri: true });
  line.uart.arrive(Buffer.from("P"), "parity");
  line.uart.arrive(Uint8Array.of(0), "break");
  line.uart.setLines({ ri: false });
  const states = [1, 2, 3, 4].map(() => host.bytesOf(host.read(INTERRUPT, 16))?.[8]);

  deepEqual(states, [0x09, 0x29, 0x0d, 0x01]);
  deepEqual(host.bytesOf(host.read(1)), [0x50]);
});

test("cdc-acm: the next application is notified of the last lines, and of no error before it", () => {
  const { host, line } = plugged("cdc-acm");
  line.uart.setLines({ dcd: true, ri: true });
  line.uart.arrive(Uint8Array.of(0), "break");
  line.uart.setLines({ ri: false });

  equal(host.bytesOf(host.read(INTERRUPT, 16))?.[8], 0x01);
  equal(host.bytesOf(host.read(INTERRUPT, 16)), undefined);
});

test("cdc-acm: a request that it does not know stalls", () => {
  equal(plugged("cdc-acm").host.control({ type: CLASS.out, request: 0x55 }), undefined);
});

test("cdc-acm: a break of so many milliseconds ends by itself", async () => {
  const { host, line } = plugged("cdc-acm");
  const ended = new Promise<void>((resolve) => {
    line.onBreak = (isAsserted) => {
      line.breaks.push(isAsserted);
      if (!isAsserted) resolve();
    };
  });
  host.control({ type: CLASS.out, request: 0x23, value: 1 });
  await ended;

  deepEqual(line.breaks, [true, false]);
});
