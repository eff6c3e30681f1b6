import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CHIP_NAMES, createChip } from "../../../dist/chips/create-chip.js";
import { UsbHost } from "../../helpers/usb-host.ts";

const GET_DESCRIPTOR = { type: 0x80, request: 6 } as const;
const KIND = { device: 0x100, configuration: 0x200, string: 0x300, qualifier: 0x600 } as const;
const SERIAL_NUMBER: number = KIND.string + 3;

/** @param kind Of the descriptor, in the high byte; the number of a string in the low one. */
function read(host: UsbHost, kind: number, length: number): number[] | undefined {
  return host.control({ ...GET_DESCRIPTOR, value: kind, length });
}

test("an FT232R describes itself as the chip does", () => {
  const chip = createChip({ chip: "ft232r", identity: { serialNumber: "A5" }, speed: "full" });
  const host = new UsbHost(chip);

  deepEqual(
    read(host, KIND.device, 64),
    [18, 1, 0, 2, 0, 0, 0, 64, 0x03, 0x04, 0x01, 0x60, 0x00, 0x06, 1, 2, 3, 1],
  );
  deepEqual(read(host, KIND.configuration, 9), [9, 2, 32, 0, 1, 1, 0, 0x80, 50]);
  deepEqual(read(host, KIND.configuration, 255)?.slice(9), [
    ...[9, 4, 0, 0, 2, 0xff, 0, 0, 0],
    ...[7, 5, 0x81, 2, 64, 0, 0],
    ...[7, 5, 0x02, 2, 64, 0, 0],
  ]);
  deepEqual(read(host, KIND.string, 255), [4, 3, 0x09, 0x04]);
  deepEqual(read(host, SERIAL_NUMBER, 255), [6, 3, 0x41, 0, 0x35, 0]);
});

test("a CDC-ACM adapter has two interfaces, and says that it takes breaks", () => {
  const configuration = read(new UsbHost(createChip({ chip: "cdc-acm" })), KIND.configuration, 255);

  deepEqual(configuration?.slice(9), [
    ...[9, 4, 0, 0, 1, 2, 2, 1, 0],
    ...[5, 0x24, 0, 0x10, 1, 5, 0x24, 1, 0, 1, 4, 0x24, 2, 6, 5, 0x24, 6, 0, 1],
    ...[7, 5, 0x83, 3, 16, 0, 4],
    ...[9, 4, 1, 0, 2, 10, 0, 0, 0],
    ...[7, 5, 0x81, 2, 0, 2, 0],
    ...[7, 5, 0x02, 2, 0, 2, 0],
  ]);
});

test("an FT4232H has four interfaces with endpoints of their own", () => {
  const { interfaces } = createChip({ chip: "ft4232h" });

  deepEqual(
    interfaces.map(({ endpoints }) => endpoints.map(({ address }) => address)),
    [
      [0x81, 0x02],
      [0x83, 0x04],
      [0x85, 0x06],
      [0x87, 0x08],
    ],
  );
});

test("a device without serial number has no string for it", () => {
  const host = new UsbHost(createChip({ chip: "ch340" }));

  equal(read(host, KIND.device, 18)?.[16], 0);
  equal(read(host, SERIAL_NUMBER, 255), undefined);
});

test("a device qualifier stalls: the device has one speed", () => {
  equal(read(new UsbHost(createChip({ chip: "pl2303" })), KIND.qualifier, 10), undefined);
});

test("descriptors are as long as they say, for any text and any chip", () => {
  fc.assert(
    fc.property(fc.constantFrom(...CHIP_NAMES), fc.string({ unit: "binary" }), (chip, text) => {
      const host = new UsbHost(
        createChip({ chip, identity: { product: text, serialNumber: text } }),
      );
      const configuration = read(host, KIND.configuration, 4096) ?? [];
      equal((configuration[2] ?? 0) | ((configuration[3] ?? 0) << 8), configuration.length);
      const serial = read(host, SERIAL_NUMBER, 255);
      if (text === "") return equal(serial, undefined);
      ok(serial !== undefined && serial[0] === serial.length && serial.length <= 254);
      const units = Buffer.from(serial.slice(2)).toString("utf16le");
      equal(units, text.slice(0, 126));
    }),
  );
});
