// Requests as the kernel's ftdi_sio.c makes them: 0x40 and 0xc0, the number of the UART in the low byte of the index.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { createChip } from "../../../dist/chips/create-chip.js";
import { lineOf } from "../../helpers/recorded-line.ts";
import { UsbHost } from "../../helpers/usb-host.ts";

const OUT = 0x40;
const IN = 0xc0;
const REQUEST = {
  reset: 0,
  modem: 1,
  flow: 2,
  rate: 3,
  data: 4,
  status: 5,
  setTimer: 9,
  timer: 10,
};

function plugged(speed: "full" | "high" = "high"): {
  host: UsbHost;
  line: ReturnType<typeof lineOf>;
} {
  const chip = createChip({ chip: "ft232r", speed });
  return { host: new UsbHost(chip), line: lineOf(chip) };
}

for (const [value, index, baudRate] of [
  [0x4138, 0, 9600], // 3 MHz / 312.5
  [0x001a, 0, 115_385], // 3 MHz / 26
  [0x0000, 0, 3_000_000],
  [0x0001, 0, 2_000_000],
  [0x000c, 0, 250_000],
  [0x2710, 0, 300],
  [0x8003, 0, 923_077], // 3 MHz / 3.25
  [0x0003, 1, 888_889], // 3 MHz / 3.375
] as const) {
  test(`an FT232R takes divisor ${value.toString(16)},${index} for ${baudRate} baud`, () => {
    const { host, line } = plugged();
    host.control({ type: OUT, request: REQUEST.rate, value, index });

    equal(line.settings.at(-1)?.baudRate, baudRate);
  });
}

test("an FT4232H finds the UART in the low byte of the index, and divides 12 MHz", () => {
  const chip = createChip({ chip: "ft4232h" });
  const host = new UsbHost(chip);
  const lines = chip.uarts.map((_, number) => lineOf(chip, number));
  host.control({ type: OUT, request: REQUEST.rate, value: 1, index: 0x0203 }); // 12 MHz / 1.5
  host.control({ type: OUT, request: REQUEST.rate, value: 0x0068, index: 0x0204 });
  host.control({ type: OUT, request: REQUEST.modem, value: 0x0101, index: 2 });

  deepEqual(
    lines.map(({ settings }) => settings.map(({ baudRate }) => baudRate)),
    [[], [], [8_000_000], [115_385]],
  );
  deepEqual(lines[1]?.outputs, [{ dtr: true, rts: false }]);
});

test("set data brings framing and break", () => {
  const { host, line } = plugged();
  host.control({ type: OUT, request: REQUEST.data, value: 0x4000 | (2 << 11) | (2 << 8) | 7 });
  host.control({ type: OUT, request: REQUEST.data, value: (1 << 8) | 8 });

  deepEqual(line.settings, [
    { baudRate: 9600, dataBits: 7, parity: "even", stopBits: 2, rtsCts: false },
    { baudRate: 9600, dataBits: 8, parity: "odd", stopBits: 1, rtsCts: false },
  ]);
  deepEqual(line.breaks, [true, false]);
});

test("modem control sets DTR and RTS, each by itself", () => {
  const { host, line } = plugged();
  for (const value of [0x101, 0x202, 0x100]) {
    host.control({ type: OUT, request: REQUEST.modem, value });
  }

  deepEqual(line.outputs, [
    { dtr: true, rts: false },
    { dtr: true, rts: true },
    { dtr: false, rts: true },
  ]);
});

test("modem status and the latency timer can be read", () => {
  const { host, line } = plugged();
  line.uart.setLines({ cts: true, dcd: true });
  host.control({ type: OUT, request: REQUEST.setTimer, value: 1 });

  deepEqual(host.control({ type: IN, request: REQUEST.status, length: 2 }), [0x91, 0x60]);
  deepEqual(host.control({ type: IN, request: REQUEST.timer, length: 1 }), [1]);
  deepEqual(host.control({ type: IN, request: 0x90, value: 10, length: 2 }), [0xff, 0xff]);
});

test("each packet begins with the status, at either speed", () => {
  for (const [speed, packet] of [
    ["full", 64],
    ["high", 512],
  ] as const) {
    const { host, line } = plugged(speed);
    const data = Uint8Array.from({ length: 600 }, (_, at) => at & 0xff);
    line.uart.arrive(data);
    const received: number[] = [];
    while (received.length < data.length) {
      const transfer = host.bytesOf(host.read(1, 512)) ?? [];
      for (let at = 0; at < transfer.length; at += packet) {
        deepEqual(transfer.slice(at, at + 2), [0x01, 0x60]);
        received.push(...transfer.slice(at + 2, at + packet));
      }
    }

    deepEqual(Uint8Array.from(received), data);
  }
});

test("a broken character comes alone, with its error in the second byte", () => {
  const { host, line } = plugged();
  line.uart.awaited(0x81, true);
  line.uart.arrive(Buffer.from("ab"));
  line.uart.arrive(Buffer.from("P"), "parity");
  line.uart.arrive(Uint8Array.of(0), "break");
  line.uart.arrive(Buffer.from("c"));
  const transfers = [1, 2, 3, 4].map(() => host.bytesOf(host.read(1)));

  deepEqual(transfers, [
    [0x01, 0x60, 0x61, 0x62],
    [0x01, 0x64, 0x50],
    [0x01, 0x70, 0],
    [0x01, 0x60, 0x63],
  ]);
});

test("while nobody has the port open, the last lines are kept, and broken characters are lost", () => {
  const { host, line } = plugged();
  line.uart.arrive(Buffer.from("a"));
  for (let change = 0; change < 1000; change++) line.uart.setLines({ dsr: change % 2 === 0 });
  line.uart.arrive(Buffer.from("P"), "parity");
  line.uart.setLines({ cts: true });
  const transfers = [1, 2].map(() => host.bytesOf(host.read(1)));

  deepEqual(transfers, [
    [0x01, 0x60, 0x61],
    [0x11, 0x60],
  ]);
  equal(host.bytesOf(host.read(1)), undefined);
});

test("bytes have the lines of their time", () => {
  const { host, line } = plugged();
  line.uart.arrive(Buffer.from("a"));
  line.uart.setLines({ dsr: true });
  line.uart.arrive(Buffer.from("b"));
  const transfers = [1, 2, 3].map(() => host.bytesOf(host.read(1)));

  deepEqual(transfers, [
    [0x01, 0x60, 0x61],
    [0x21, 0x60],
    [0x21, 0x60, 0x62],
  ]);
});

test("RTS/CTS flow control holds output back while CTS is not asserted", () => {
  const { host, line } = plugged();
  host.control({ type: OUT, request: REQUEST.flow, index: 0x0100 });
  const transfer = host.write(2, Buffer.from("x"));
  equal(host.answers.get(transfer), undefined);
  deepEqual(host.control({ type: IN, request: REQUEST.status, length: 2 }), [0x01, 0x00]);
  line.uart.setLines({ cts: true });

  equal(host.answers.get(transfer)?.actual, 1);
  deepEqual(line.sent, [0x78]);
});

test("a reset forgets bytes that were not taken", () => {
  const { host, line } = plugged();
  line.uart.arrive(Buffer.from("old"));
  host.control({ type: OUT, request: REQUEST.reset });

  equal(line.taken, 3);
  deepEqual(host.bytesOf(host.read(1)), [0x01, 0x60]);
});
