// An adapter of the USB class for communication devices, for which every system has a driver. No CTS: the class
// has none. Errors and lines come on an endpoint of their own, beside the data. USB PSTN subclass 1.2.

import type { ModemLines } from "../model/modem-lines.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import type { UsbInterface } from "../usb/device-model.ts";
import type { Setup } from "../usb/setup.ts";
import { decodeFraming, LINE_CODING } from "./line-coding.ts";
import { Uart } from "./uart.ts";
import type { Arrival, CharacterError } from "./uart-state.ts";

const REQUEST = {
  setLineCoding: 0x20,
  getLineCoding: 0x21,
  setControlLineState: 0x22,
  sendBreak: 0x23,
} as const;

const STATE = {
  dcd: 0x01,
  dsr: 0x02,
  break: 0x04,
  ri: 0x08,
  framing: 0x10,
  parity: 0x20,
  overrun: 0x40,
} as const;

const COMMUNICATION = { classCode: 2, subclass: 2, protocol: 1 } as const;
const DATA = { classCode: 10, subclass: 0, protocol: 0 } as const;
const UNTIL_TOLD = 0xffff;
/** Version 1.1; calls are not managed; line coding and breaks; interface 0 is the master of 1. */
const FUNCTIONAL = [
  ...[5, 0x24, 0, 0x10, 0x01],
  ...[5, 0x24, 1, 0, 1],
  ...[4, 0x24, 2, 0x06],
  ...[5, 0x24, 6, 0, 1],
] as const;

/** The adapter's UART. */
export class CdcAcmUart extends Uart {
  protected override readonly hasInterrupt: boolean = true;
  #lineCoding: Uint8Array = Uint8Array.from(LINE_CODING.initial);
  #breakEnd: NodeJS.Timeout | undefined;

  override get interfaces(): readonly UsbInterface[] {
    return [
      { ...COMMUNICATION, functional: Uint8Array.from(FUNCTIONAL), endpoints: [this.interrupt] },
      { ...DATA, functional: new Uint8Array(), endpoints: [this.bulkIn, this.bulkOut] },
    ];
  }

  answer({ request }: Setup): Uint8Array | undefined {
    return request === REQUEST.getLineCoding ? this.#lineCoding : undefined;
  }

  accept({ request, value }: Setup, data: Uint8Array): boolean {
    switch (request) {
      case REQUEST.setLineCoding:
        return this.#setLineCoding(data);
      case REQUEST.setControlLineState:
        this.setOutputs({ dtr: (value & 1) !== 0, rts: (value & 2) !== 0 });
        return true;
      case REQUEST.sendBreak:
        this.#sendBreak(value);
        return true;
      default:
        return false;
    }
  }

  /** Errors have no place among the bytes: a break is no byte, another broken character is one. */
  override arrive(data: Uint8Array, error?: CharacterError): void {
    if (error !== undefined) this.notify(error);
    if (error !== "break") super.arrive(data);
  }

  override unplugged(): void {
    clearTimeout(this.#breakEnd);
    super.unplugged();
  }

  protected encode({ data }: Arrival): Uint8Array {
    return data;
  }

  protected override encodeNotice(
    lines: ModemLines,
    error: CharacterError | undefined,
  ): Uint8Array {
    const { dsr, ri, dcd } = lines;
    const state =
      (dcd ? STATE.dcd : 0) |
      (dsr ? STATE.dsr : 0) |
      (ri ? STATE.ri : 0) |
      (error === undefined ? 0 : STATE[error]);
    return Uint8Array.of(0xa1, 0x20, 0, 0, 0, 0, 2, 0, state, 0);
  }

  #setLineCoding(data: Uint8Array): boolean {
    if (data.length < LINE_CODING.bytes) return false;
    this.#lineCoding = Uint8Array.from(data.subarray(0, LINE_CODING.bytes));
    const baudRate = Buffer.from(data).readUInt32LE(0);
    this.setSettings({ ...decodeFraming(data), baudRate });
    return true;
  }

  /** @param durationMs 0 ends it, 0xffff has it last until it is ended. */
  #sendBreak(durationMs: number): void {
    clearTimeout(this.#breakEnd);
    this.setBreak(durationMs !== 0);
    if (durationMs === 0 || durationMs === UNTIL_TOLD) return;
    this.#breakEnd = setTimeout(() => this.setBreak(false), durationMs);
  }
}
