// The window between a program and its chip.

import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { decodeCredit, FRAME } from "../../../dist/adapter-process/frames.js";
import { LineBridge } from "../../../dist/adapter-process/line-bridge.js";
import { createChip } from "../../../dist/chips/create-chip.js";
import { UsbHost } from "../../helpers/usb-host.ts";

for (const chip of ["ft232r", "cdc-acm"] as const) {
  test(`${chip}: broken characters give the program no more room than it had`, () => {
    const model = createChip({ chip });
    const host = new UsbHost(model);
    let credit = 0;
    const [uart] = model.uarts;
    if (uart === undefined) throw new Error("it has a UART");
    const bridge = new LineBridge(uart, (kind, payload) => {
      if (kind === FRAME.credit) credit += decodeCredit(payload);
    });
    bridge.isPlugged = true;
    uart.awaited(0x81, true);
    bridge.arrive(Buffer.from("abc"));
    bridge.inject(0x50, "parity");
    bridge.inject(0, "break");
    bridge.arrive(Buffer.from("de"));
    host.read(1);
    bridge.inject(0x51, "framing"); // while the host may wait for it
    const taken: number[] = [];
    for (let read = 0; read < 10; read++) taken.push(...(host.bytesOf(host.read(1)) ?? []));

    equal(credit, 5);
    equal(taken.includes(0x51), true);
    deepEqual(uart.waitingBytes, 0);
  });
}

test("a broken character for an adapter that is not plugged in is lost", () => {
  const model = createChip({ chip: "ft232r" });
  const host = new UsbHost(model);
  const [uart] = model.uarts;
  if (uart === undefined) throw new Error("it has a UART");
  const bridge = new LineBridge(uart, () => undefined);
  uart.awaited(0x81, true);
  bridge.inject(0x50, "parity");

  equal(host.bytesOf(host.read(1)), undefined);
});
