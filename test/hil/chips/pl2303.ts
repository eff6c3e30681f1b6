// PL2303TA, as far as the driver pl2303 needs it. Requests and status bits from the kernel's
// pl2303.c; the line coding is that of the USB class for communication devices.

import type { Setup } from "./function-fs.ts";
import { type Arrival, type InputLines, PARITIES, SerialChip, STOP_BITS } from "./serial-chip.ts";
import type { DeviceIdentity } from "./usb-device.ts";

const REQUEST = {
  vendor: 0x01,
  setLine: 0x20,
  getLine: 0x21,
  setControl: 0x22,
  setBreak: 0x23,
} as const;

const STATUS = {
  dcd: 0x01,
  dsr: 0x02,
  break: 0x04,
  ri: 0x08,
  framing: 0x10,
  parity: 0x20,
  overrun: 0x40,
  cts: 0x80,
} as const;
const RTS_CTS = 0x60;
const BASE_HZ = 384_000_000;

/** The chip. */
export class Pl2303 extends SerialChip {
  readonly identity: DeviceIdentity;
  protected override readonly hasInterrupt: boolean = true;
  readonly #registers = new Uint8Array(128);
  #lineCoding: Uint8Array = Uint8Array.of(0x80, 0x25, 0, 0, 0, 0, 8);

  constructor(serialNumber: string) {
    super();
    this.identity = {
      vendorId: 0x067b,
      productId: 0x2303,
      release: 0x0300,
      manufacturer: "Prolific Technology Inc.",
      product: "USB-Serial Controller",
      serialNumber,
    };
  }

  answer({ request, value }: Setup): Uint8Array | undefined {
    if (request === REQUEST.getLine) return this.#lineCoding;
    if (request === REQUEST.vendor) return Uint8Array.of(this.#registers[value & 0x7f] ?? 0);
    return undefined;
  }

  accept({ request, value, index }: Setup, data: Uint8Array): void {
    if (request === REQUEST.setLine) this.#setLine(data);
    if (request === REQUEST.setBreak) this.setBreak(value !== 0);
    if (request === REQUEST.setControl) {
      this.setOutputs({ dtr: (value & 1) !== 0, rts: (value & 2) !== 0 });
    }
    if (request === REQUEST.vendor) {
      this.#registers[value & 0x7f] = index & 0xff;
      if (value === 0) this.settings = { ...this.settings, rtsCts: (index & RTS_CTS) === RTS_CTS };
      if (value === 8 || value === 9) this.purge();
    }
  }

  protected encode({ data }: Arrival): Uint8Array {
    return data;
  }

  protected override encodeLines(lines: InputLines): Uint8Array {
    return notification(status(lines));
  }

  #setLine(data: Uint8Array): void {
    this.#lineCoding = Uint8Array.from(data);
    this.settings = {
      ...this.settings,
      baudRate: decodeRate(Buffer.from(data)),
      stopBits: STOP_BITS[data[4] ?? 0] ?? 1,
      parity: PARITIES[data[5] ?? 0] ?? "none",
      dataBits: data[6] ?? 8,
    };
  }
}

function status({ cts, dsr, ri, dcd }: InputLines): number {
  return (
    (cts ? STATUS.cts : 0) | (dsr ? STATUS.dsr : 0) | (ri ? STATUS.ri : 0) | (dcd ? STATUS.dcd : 0)
  );
}

/** A serial-state notification of ten bytes; the driver looks at the ninth. */
function notification(state: number): Uint8Array {
  return Uint8Array.of(0xa1, 0x20, 0, 0, 0, 0, 2, 0, state, 0);
}

/**
 * A rate that the chip has no divisor for comes as one: 384 MHz over the mantissa, halved as often as the
 * exponent says, whose lowest bit stands apart.
 */
function decodeRate(data: Buffer): number {
  const value = data.readUInt32LE(0);
  if (value >>> 24 !== 0x80) return value;
  const mantissa = value & 0x7ff;
  const exponent = ((value >> 12) & 0x0e) | ((value >> 16) & 1);
  return Math.round(BASE_HZ / mantissa / 2 ** exponent);
}
