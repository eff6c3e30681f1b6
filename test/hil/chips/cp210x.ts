// CP2102, as far as the driver cp210x needs it. Requests from the kernel's cp210x.c, which cites
// Silicon Labs' application note AN571.

import type { Setup } from "./function-fs.ts";
import { type Arrival, PARITIES, SerialChip, STOP_BITS } from "./serial-chip.ts";
import type { DeviceIdentity } from "./usb-device.ts";

const REQUEST = {
  enable: 0x00,
  setLineControl: 0x03,
  setBreak: 0x05,
  setModemHandshake: 0x07,
  getModemStatus: 0x08,
  getCommStatus: 0x10,
  setFlow: 0x13,
  getFlow: 0x14,
  embedEvents: 0x15,
  setBaudRate: 0x1e,
  vendor: 0xff,
} as const;

const GET_PART_NUMBER = 0x370b;
const PART_CP2102 = 2;
/** Events in the data begin with the escape, followed by their kind. */
const EVENT = { literalEscape: 0, lineWithCharacter: 1, line: 2 } as const;
const LINE_STATUS = { overrun: 0x02, parity: 0x04, framing: 0x08, break: 0x10 } as const;
/** Of the first word, and of the second. */
const FLOW = { dtrActive: 0x01, ctsHandshake: 0x08, rtsMask: 0xc0 } as const;

/** The chip. */
export class Cp210x extends SerialChip {
  readonly identity: DeviceIdentity;
  #flow: Uint8Array = new Uint8Array(16);
  /** 0 while events are off. */
  #escape = 0;

  constructor(serialNumber: string) {
    super();
    this.identity = {
      vendorId: 0x10c4,
      productId: 0xea60,
      release: 0x0100,
      manufacturer: "Silicon Labs",
      product: "CP2102 USB to UART Bridge Controller",
      serialNumber,
    };
  }

  answer({ request, value, length }: Setup): Uint8Array | undefined {
    if (request === REQUEST.getModemStatus) return Uint8Array.of(this.#modemStatus());
    if (request === REQUEST.getFlow) return this.#flow;
    if (request === REQUEST.getCommStatus) return this.#commStatus();
    if (request === REQUEST.vendor && value === GET_PART_NUMBER) return partNumber(length);
    return undefined;
  }

  accept({ request, value }: Setup, data: Uint8Array): void {
    if (request === REQUEST.enable) this.#enable();
    if (request === REQUEST.setBreak) this.setBreak(value === 1);
    if (request === REQUEST.embedEvents) this.#escape = value;
    if (request === REQUEST.setModemHandshake) this.#setModemHandshake(value);
    if (request === REQUEST.setBaudRate) {
      this.settings = { ...this.settings, baudRate: Buffer.from(data).readUInt32LE(0) };
    }
    if (request === REQUEST.setFlow) this.#setFlow(Buffer.from(data));
    if (request === REQUEST.setLineControl) {
      this.settings = {
        ...this.settings,
        dataBits: value >> 8,
        parity: PARITIES[(value >> 4) & 15] ?? "none",
        stopBits: STOP_BITS[value & 15] ?? 1,
      };
    }
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
    const escaped = [...data].flatMap((byte) =>
      byte === this.#escape ? [byte, EVENT.literalEscape] : [byte],
    );
    return Uint8Array.from(escaped);
  }

  #enable(): void {
    this.#escape = 0;
    this.purge();
  }

  /** Flow control, and the outputs with it: the driver sets them so while flow control is on. */
  #setFlow(flow: Buffer): void {
    const handshake = flow.readUInt32LE(0);
    const rts = flow.readUInt32LE(4) & FLOW.rtsMask;
    this.#flow = flow;
    this.settings = { ...this.settings, rtsCts: (handshake & FLOW.ctsHandshake) !== 0 };
    this.setOutputs({ dtr: (handshake & FLOW.dtrActive) !== 0, rts: rts !== 0 });
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
function partNumber(length: number): Uint8Array {
  const answer = new Uint8Array(length);
  answer[0] = PART_CP2102;
  return answer;
}
