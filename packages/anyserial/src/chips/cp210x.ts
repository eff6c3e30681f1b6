// CP2102 and CP2102N, as far as the driver cp210x needs them. Requests from the kernel's cp210x.c, which cites
// Silicon Labs' application note AN571.

import type { Setup } from "../usb/setup.ts";
import { Uart, type UartPlace } from "./uart.ts";
import { type Arrival, dataBitsOf, PARITIES, STOP_BITS } from "./uart-state.ts";

const REQUEST = {
  enable: 0x00,
  setLineControl: 0x03,
  setBreak: 0x05,
  setModemHandshake: 0x07,
  getModemStatus: 0x08,
  getCommStatus: 0x10,
  purge: 0x12,
  setFlow: 0x13,
  getFlow: 0x14,
  embedEvents: 0x15,
  setBaudRate: 0x1e,
  vendor: 0xff,
} as const;

/** Values of the vendor's request. */
const GET = { partNumber: 0x370b, firmware: 0x0010 } as const;
/** Numbers of the parts; the N of the larger package. */
export const CP210X_PART = { cp2102: 0x02, cp2102n: 0x20 } as const;
/** Later than those firmwares whose flow control the driver does not use. */
const FIRMWARE = [1, 0, 8] as const;
/** Events in the data begin with the escape, followed by their kind. */
const EVENT = { literalEscape: 0, lineWithCharacter: 1 } as const;
const LINE_STATUS = { overrun: 0x02, parity: 0x04, framing: 0x08, break: 0x10 } as const;
/** Of the first word, and of the second. */
const FLOW = { dtrActive: 0x01, ctsHandshake: 0x08, rtsMask: 0xc0 } as const;
const FLOW_BYTES = 16;
const PURGE_RECEIVER = 0x08;

/** The chip's UART. */
export class Cp210xUart extends Uart {
  readonly #part: number;
  #flow: Uint8Array = new Uint8Array(FLOW_BYTES);
  /** 0 while events are off. */
  #escape = 0;

  constructor(place: UartPlace, part: keyof typeof CP210X_PART) {
    super(place);
    this.#part = CP210X_PART[part];
  }

  answer({ request, value, length }: Setup): Uint8Array | undefined {
    if (request === REQUEST.getModemStatus) return Uint8Array.of(this.#modemStatus());
    if (request === REQUEST.getFlow) return this.#flow;
    if (request === REQUEST.getCommStatus) return this.#commStatus();
    if (request !== REQUEST.vendor) return undefined;
    if (value === GET.partNumber) return partNumber(this.#part, length);
    return value === GET.firmware ? Uint8Array.from(FIRMWARE) : undefined;
  }

  accept({ request, value }: Setup, data: Uint8Array): boolean {
    if (request === REQUEST.enable) this.#enable();
    if (request === REQUEST.setBreak) this.setBreak(value === 1);
    if (request === REQUEST.embedEvents) this.#escape = value & 0xff;
    if (request === REQUEST.setModemHandshake) this.#setModemHandshake(value);
    if (request === REQUEST.setBaudRate) return this.#setRate(data);
    if (request === REQUEST.setFlow) return this.#setFlow(data);
    if (request === REQUEST.purge && (value & PURGE_RECEIVER) !== 0) this.discard();
    if (request === REQUEST.setLineControl) {
      this.setSettings({
        dataBits: dataBitsOf(value >> 8),
        parity: PARITIES[(value >> 4) & 15] ?? "none",
        stopBits: STOP_BITS[value & 15] ?? 1,
      });
    }
    return true;
  }

  /** Every character may need an escape. */
  protected override capacity(most: number): number {
    return this.#escape === 0 ? most : Math.floor(most / 2);
  }

  protected encode({ data, error }: Arrival): Uint8Array {
    if (this.#escape === 0) return data;
    if (error !== undefined) {
      return Uint8Array.of(
        this.#escape,
        EVENT.lineWithCharacter,
        LINE_STATUS[error],
        ...data.subarray(0, 1),
      );
    }
    if (!data.includes(this.#escape)) return data;
    const escaped: number[] = [];
    for (const byte of data) {
      escaped.push(byte);
      if (byte === this.#escape) escaped.push(EVENT.literalEscape);
    }
    return Uint8Array.from(escaped);
  }

  #enable(): void {
    this.#escape = 0;
    this.discard();
  }

  #setRate(data: Uint8Array): boolean {
    if (data.length < 4) return false;
    this.setSettings({ baudRate: Buffer.from(data).readUInt32LE(0) });
    return true;
  }

  /** Flow control, and the outputs with it: the driver sets them so while flow control is on. */
  #setFlow(data: Uint8Array): boolean {
    if (data.length < FLOW_BYTES) return false;
    const flow = Buffer.from(data);
    const handshake = flow.readUInt32LE(0);
    const rts = flow.readUInt32LE(4) & FLOW.rtsMask;
    this.#flow = flow;
    this.setSettings({ rtsCts: (handshake & FLOW.ctsHandshake) !== 0 });
    this.setOutputs({ dtr: (handshake & FLOW.dtrActive) !== 0, rts: rts !== 0 });
    return true;
  }

  /** The high byte says which of the two lines the low byte sets. */
  #setModemHandshake(value: number): void {
    this.setOutputs({
      dtr: (value & 0x100) !== 0 ? (value & 1) !== 0 : this.outputs.dtr,
      rts: (value & 0x200) !== 0 ? (value & 2) !== 0 : this.outputs.rts,
    });
  }

  #modemStatus(): number {
    const { cts, dsr, ri, dcd } = this.lines;
    const bits = [this.outputs.dtr, this.outputs.rts, false, false, cts, dsr, ri, dcd];
    return bits.reduce((status, isSet, bit) => status | (isSet ? 1 << bit : 0), 0);
  }

  #commStatus(): Uint8Array {
    const status = Buffer.alloc(19);
    status.writeUInt32LE(this.isTransmitterEmpty ? 0 : 1, 12);
    return status;
  }
}

/**
 * Padded to the requested length: the driver recognizes counterfeits, which have no events, by a
 * short answer.
 */
function partNumber(part: number, length: number): Uint8Array {
  const answer = new Uint8Array(length);
  answer[0] = part;
  return answer;
}
