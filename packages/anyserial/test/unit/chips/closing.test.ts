// A driver whose application does not read has no transfer that waits for bytes, so that it takes none back when the
// application closes the port. The chip notices the end by other things that each driver does then.

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { type ChipName, createChip } from "../../../dist/chips/create-chip.js";
import { lineOf } from "../../helpers/recorded-line.ts";
import { UsbHost } from "../../helpers/usb-host.ts";

const OUT = 0x40;
const INTERRUPT = 3;

/** What each driver does at the end, beside taking its reads back. */
const CLOSE: Readonly<
  Record<Exclude<ChipName, "cp2102">, (host: UsbHost, notice: number) => void>
> = {
  "cdc-acm": (host, notice) => host.unlink(notice),
  ch340: (host, notice) => host.unlink(notice),
  pl2303: (host, notice) => host.unlink(notice),
  cp2102n: (host) => host.control({ type: 0x41, request: 0x00, value: 0 }),
  ft232r: (host) => drop(host),
  ft4232h: (host) => drop(host),
};

/** DTR and RTS fall. */
function drop(host: UsbHost): void {
  host.control({ type: OUT, request: 1, value: 0x0300, index: 1 });
}

for (const [chip, close] of Object.entries(CLOSE) as [keyof typeof CLOSE, typeof drop][]) {
  test(`${chip}: an application that closes the port without having read is noticed`, () => {
    const model = createChip({ chip });
    const [host, line] = [new UsbHost(model), lineOf(model)];
    const notice = host.read(INTERRUPT, 16);
    host.read(1);
    line.uart.arrive(Buffer.from("unread"));
    deepEqual(line.opens, [true]);
    (close as (host: UsbHost, notice: number) => void)(host, notice);
    deepEqual(line.opens, [true, false]);
    host.read(1);

    deepEqual(line.opens, [true, false, true]);
  });
}

test("a close is noticed by a transfer that is taken back when it was answered just then", () => {
  const model = createChip({ chip: "ft232r" });
  const [host, line] = [new UsbHost(model), lineOf(model)];
  const [first, second] = [host.read(1), host.read(1)];
  line.uart.setLines({ cts: true });
  line.uart.setLines({ cts: false });
  host.unlink(first);

  deepEqual(line.opens, [true, false]);
  deepEqual([host.bytesOf(first)?.length, host.bytesOf(second)?.length], [2, 2]);
});

test("ft232r: DTR and RTS that fall while the driver waits for bytes are no end", () => {
  const model = createChip({ chip: "ft232r" });
  const [host, line] = [new UsbHost(model), lineOf(model)];
  host.read(1);
  drop(host);

  deepEqual(line.opens, [true]);
});

test("ft232r: a reset is the next opening, where the lines did not say that the last one ended", () => {
  const model = createChip({ chip: "ft232r" });
  const [host, line] = [new UsbHost(model), lineOf(model)];
  host.read(1);
  line.uart.arrive(Buffer.from("unread"));
  host.control({ type: OUT, request: 0, value: 0, index: 1 });

  deepEqual(line.opens, [true, false]);
});
