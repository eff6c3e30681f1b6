import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { SerialConfigInput } from "anyserial";
import { createSerialConfig } from "../../../dist/config/config.js";
import { overlayDcb, readDcb } from "../../../dist/windows/dcb.js";

/** Every bit set that is not ours to set: a driver that keeps state everywhere. */
function driverDcb(flags: number = 0xffff_8000): Uint8Array {
  const bytes = new Uint8Array(28).fill(0xee);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 28, true);
  view.setUint32(8, flags, true);
  return bytes;
}

function overlay(
  config: SerialConfigInput,
  flags?: number,
  lines: { readonly rts?: boolean; readonly dtr?: boolean } = {},
): DataView {
  const bytes = overlayDcb(driverDcb(flags), { config: createSerialConfig(config), lines });
  return new DataView(bytes.buffer);
}

test("overlayDcb() leaves the reserved bits and words, and fields that it does not set", () => {
  const dcb = overlay({ baudRate: 9600 });

  equal(dcb.getUint32(8, true) & 0xffff_8000, 0xffff_8000 | 0); // fDummy2
  equal(dcb.getUint16(12, true), 0xeeee); // wReserved
  equal(dcb.getUint16(26, true), 0xeeee); // wReserved1
  equal(dcb.getUint16(14, true), 0xeeee); // XonLim, the driver's
  equal(dcb.getUint8(23), 0xee); // ErrorChar
});

test("overlayDcb() sets rate, bits, parity and stop bits", () => {
  const rows = [
    [{ baudRate: 1_000_000 }, [1_000_000, 8, 0, 0]],
    [{ dataBits: 7, parity: "even", stopBits: 2 }, [115_200, 7, 2, 2]],
    [{ dataBits: 5, parity: "odd", stopBits: 1.5 }, [115_200, 5, 1, 1]],
    [{ parity: "mark" }, [115_200, 8, 3, 0]],
    [{ parity: "space" }, [115_200, 8, 4, 0]],
  ] as const;
  for (const [config, expected] of rows) {
    const dcb = overlay(config);
    const found = [dcb.getUint32(4, true), dcb.getUint8(18), dcb.getUint8(19), dcb.getUint8(20)];
    deepEqual(found, expected);
  }
});

test("overlayDcb() sets the flags of each flow control, and no other", () => {
  const rows: readonly (readonly [SerialConfigInput, number])[] = [
    [{}, 0x1011], // fBinary, DTR and RTS asserted
    [{ parity: "odd" }, 0x1013],
    [{ flowControl: { rtsCts: true } }, 0x2015],
    [{ flowControl: { dtrDsr: true } }, 0x1029],
    [{ flowControl: { xonXoff: true } }, 0x1311],
  ];
  for (const [config, expected] of rows) {
    // All was set but fTXContinueOnXoff, which is left: flow control, fNull, fAbortOnError …
    const dcb = overlay(config, 0x7f7f & ~0x2020);
    equal(dcb.getUint32(8, true), expected, JSON.stringify(config));
  }
  const xon = overlay({ flowControl: { xonXoff: true } });
  deepEqual([xon.getUint8(21), xon.getUint8(22)], [0x11, 0x13]);
});

test("overlayDcb() drives a line as asked, else as the driver has it, and after a handshake again", () => {
  const flags = (current: number, lines: object): number =>
    overlay({}, current, lines).getUint32(8, true) & 0x3030;

  equal(flags(0x0000, {}), 0x0000, "the driver holds both low");
  equal(flags(0x1010, {}), 0x1010);
  equal(flags(0x1010, { rts: false }), 0x0010);
  equal(flags(0x1010, { dtr: false }), 0x1000);
  equal(flags(0x0000, { rts: true, dtr: true }), 0x1010);
  equal(flags(0x2020, {}), 0x1010, "the handshake ends");
  equal(flags(0x3000, {}), 0x1000, "the toggling of RTS ends");
});

test("readDcb() reads back the fields that overlayDcb() set", () => {
  for (const config of [
    {},
    { baudRate: 300, dataBits: 5, parity: "mark", stopBits: 1.5 },
    { flowControl: { rtsCts: true, xonXoff: true, dtrDsr: true } },
  ] as const) {
    const wanted = createSerialConfig(config);
    const taken = readDcb(overlayDcb(driverDcb(), { config: wanted, lines: {} }));
    const { baudRate, dataBits, parity, stopBits, flowControl } = wanted;
    const framing = { baudRate, dataBits, parity, stopBits, flowControl };

    deepEqual(taken, { ...framing, hangupOnClose: true, rs485: null });
  }
});

test("overlayDcb() takes XOFF of the input and the mode of RTS from the tuning", () => {
  const base = { anyRestarts: false, dropsDamaged: true, minimumBytes: 1, timeoutTenths: 0 };
  const flagsOf = (rtsMode: "handshake" | "enable" | "toggle", sendsXoff: boolean): number => {
    const config = createSerialConfig({ flowControl: { rtsCts: true } });
    const tuning = { ...base, rtsMode, sendsXoff };
    const bytes = overlayDcb(driverDcb(0), { config, lines: {}, tuning });
    return new DataView(bytes.buffer).getUint32(8, true);
  };

  const modes = (["handshake", "enable", "toggle"] as const).map(
    (mode) => (flagsOf(mode, false) >>> 12) & 3, // fRtsControl
  );

  deepEqual(modes, [2, 1, 3]);
  equal((flagsOf("handshake", true) >>> 8) & 3, 2); // fInX without fOutX
  equal((flagsOf("handshake", false) >>> 8) & 3, 0);
});
