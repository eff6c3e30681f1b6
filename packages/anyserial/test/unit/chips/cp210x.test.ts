// Requests as the kernel's cp210x.c makes them: 0x41 and 0xc1 to the interface, 0xc0 to the device.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { createChip } from "../../../dist/chips/create-chip.js";
import { lineOf } from "../../helpers/recorded-line.ts";
import { UsbHost } from "../../helpers/usb-host.ts";

const OUT = 0x41;
const IN = 0xc1;
const EVENTS = { type: OUT, request: 0x15, value: 0xec } as const;

function plugged(): { host: UsbHost; line: ReturnType<typeof lineOf> } {
  const chip = createChip({ chip: "cp2102" });
  return { host: new UsbHost(chip), line: lineOf(chip) };
}

test("the part number distinguishes CP2102 and CP2102N, and fills the request", () => {
  const part = { type: 0xc0, request: 0xff, value: 0x370b, length: 17 };
  const cp2102n = new UsbHost(createChip({ chip: "cp2102n" }));

  deepEqual(plugged().host.control(part), [2, ...Array.from({ length: 16 }, () => 0)]);
  equal(cp2102n.control(part)?.[0], 0x20);
  deepEqual(cp2102n.control({ ...part, value: 0x10, length: 3 }), [1, 0, 8]);
});

test("rate and line control arrive at the line", () => {
  const { host, line } = plugged();
  host.control({ type: OUT, request: 0x1e, data: [0x00, 0xc2, 0x01, 0x00] });
  host.control({ type: OUT, request: 0x03, value: 0x0722 });

  deepEqual(line.settings.at(-1), {
    baudRate: 115_200,
    dataBits: 7,
    parity: "even",
    stopBits: 2,
    rtsCts: false,
  });
});

test("a rate of fewer than four bytes stalls", () => {
  equal(plugged().host.control({ type: OUT, request: 0x1e, data: [1] }), undefined);
});

test("modem handshake sets DTR and RTS, each by itself", () => {
  const { host, line } = plugged();
  host.control({ type: OUT, request: 0x07, value: 0x0303 });
  host.control({ type: OUT, request: 0x07, value: 0x0100 });

  deepEqual(line.outputs, [
    { dtr: true, rts: true },
    { dtr: false, rts: true },
  ]);
});

test("modem status has the outputs and the inputs", () => {
  const { host, line } = plugged();
  host.control({ type: OUT, request: 0x07, value: 0x0202 });
  line.uart.setLines({ cts: true, ri: true });

  deepEqual(host.control({ type: IN, request: 0x08, length: 1 }), [0b0101_0010]);
});

test("set flow brings flow control and both outputs, and is read back", () => {
  const { host, line } = plugged();
  const flow = [0x09, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  host.control({ type: OUT, request: 0x13, data: flow });

  equal(line.settings.at(-1)?.rtsCts, true);
  deepEqual(line.outputs, [{ dtr: true, rts: true }]);
  deepEqual(host.control({ type: IN, request: 0x14, length: 16 }), flow);
});

test("the queue status says whether bytes wait for the line", () => {
  const { host, line } = plugged();
  const waiting = (): number | undefined =>
    host.control({ type: IN, request: 0x10, length: 19 })?.[12];
  equal(waiting(), 0);
  line.hasRoom = false;
  host.write(2, Uint8Array.of(1));
  equal(waiting(), 1);
  line.hasRoom = true;
  line.uart.resume();

  equal(waiting(), 0);
});

test("events are embedded: errors with their character, and the escape itself", () => {
  const { host, line } = plugged();
  host.control(EVENTS);
  line.uart.awaited(0x81, true);
  line.uart.arrive(Uint8Array.of(1, 0xec, 2));
  line.uart.arrive(Uint8Array.of(0x50), "framing");

  deepEqual(host.bytesOf(host.read(1)), [1, 0xec, 0, 2]);
  deepEqual(host.bytesOf(host.read(1)), [0xec, 1, 0x08, 0x50]);
});

test("escapes do not make a transfer longer than there is room for", () => {
  const { host, line } = plugged();
  host.control(EVENTS);
  line.uart.arrive(new Uint8Array(40).fill(0xec));

  equal(host.bytesOf(host.read(1, 64))?.length, 64);
  equal(host.bytesOf(host.read(1, 64))?.length, 16);
});

test("enable ends events, and forgets bytes that were not taken", () => {
  const { host, line } = plugged();
  host.control(EVENTS);
  line.uart.arrive(Uint8Array.of(1));
  host.control({ type: OUT, request: 0x00, value: 1 });
  line.uart.arrive(Uint8Array.of(0xec));

  deepEqual(host.bytesOf(host.read(1)), [0xec]);
});

test("set break begins and ends a break", () => {
  const { host, line } = plugged();
  for (const value of [1, 0]) host.control({ type: OUT, request: 0x05, value });

  deepEqual(line.breaks, [true, false]);
});
