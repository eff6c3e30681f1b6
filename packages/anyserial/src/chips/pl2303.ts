// PL2303TA, as far as the driver pl2303 needs it. Requests and status bits from the kernel's
// pl2303.c; the line coding is that of the USB class for communication devices.

import type { ModemLines } from "../model/modem-lines.ts";
import type { Setup } from "../usb/setup.ts";
import { decodeFraming, LINE_CODING } from "./line-coding.ts";
import { Uart } from "./uart.ts";
import type { Arrival } from "./uart-state.ts";

const REQUEST = {
  vendor: 0x01,
  setLine: 0x20,
  getLine: 0x21,
  setControl: 0x22,
  setBreak: 0x23,
} as const;

const STATUS = { dcd: 0x01, dsr: 0x02, ri: 0x08, cts: 0x80 } as const;
const RTS_CTS = 0x60;
const BASE_HZ = 384_000_000;

/** The chip's UART. */
export class Pl2303Uart extends Uart {
  protected override readonly hasInterrupt: boolean = true;
  readonly #registers = new Uint8Array(128);
  #lineCoding: Uint8Array = Uint8Array.from(LINE_CODING.initial);

  answer({ request, value }: Setup): Uint8Array | undefined {
    if (request === REQUEST.getLine) return this.#lineCoding;
    if (request === REQUEST.vendor) return Uint8Array.of(this.#registers[value & 0x7f] ?? 0);
    return undefined;
  }

  accept({ request, value, index }: Setup, data: Uint8Array): boolean {
    if (request === REQUEST.setLine) return this.#setLine(data);
    if (request === REQUEST.setBreak) this.setBreak(value !== 0);
    if (request === REQUEST.setControl) {
      this.setOutputs({ dtr: (value & 1) !== 0, rts: (value & 2) !== 0 });
    }
    if (request === REQUEST.vendor) {
      this.#registers[value & 0x7f] = index & 0xff;
      if (value === 0) this.setSettings({ rtsCts: (index & RTS_CTS) === RTS_CTS });
      if (value === 8 || value === 9) this.discard();
    }
    return true;
  }

  protected encode({ data }: Arrival): Uint8Array {
    return data;
  }

  protected override encodeNotice(lines: ModemLines): Uint8Array {
    return notification(status(lines));
  }

  #setLine(data: Uint8Array): boolean {
    if (data.length < LINE_CODING.bytes) return false;
    this.#lineCoding = Uint8Array.from(data);
    this.setSettings({ ...decodeFraming(data), baudRate: decodeRate(Buffer.from(data)) });
    return true;
  }
}

function status({ cts, dsr, ri, dcd }: ModemLines): number {
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
  const mantissa = Math.max(value & 0x7ff, 1);
  const exponent = ((value >> 12) & 0x0e) | ((value >> 16) & 1);
  return Math.round(BASE_HZ / mantissa / 2 ** exponent);
}
