// FT232R, as far as ftdi_sio needs it. Requests and status bits from the kernel's ftdi_sio.h.

import { BULK_PACKET, type Setup } from "./function-fs.ts";
import { type Arrival, PARITIES, SerialChip, STOP_BITS } from "./serial-chip.ts";
import type { DeviceIdentity } from "./usb-device.ts";

const REQUEST = {
  reset: 0x00,
  setModemControl: 0x01,
  setFlowControl: 0x02,
  setBaudRate: 0x03,
  setData: 0x04,
  getModemStatus: 0x05,
  setLatencyTimer: 0x09,
  getLatencyTimer: 0x0a,
  readEeprom: 0x90,
} as const;

/** First status byte of every packet; bit 0 is always set. */
const MODEM = { always: 0x01, cts: 0x10, dsr: 0x20, ri: 0x40, dcd: 0x80 } as const;
/** Second status byte. */
const LINE = {
  overrun: 0x02,
  parity: 0x04,
  framing: 0x08,
  break: 0x10,
  holdingEmpty: 0x20,
  transmitterEmpty: 0x40,
} as const;

/** Eighths that the three bits of the fraction stand for. */
const EIGHTHS = [0, 4, 2, 1, 3, 5, 6, 7] as const;
const CLOCK_HZ = 24_000_000;

/** The chip. */
export class Ftdi extends SerialChip {
  readonly identity: DeviceIdentity;
  #latencyMs = 16;

  constructor(serialNumber: string) {
    super();
    this.identity = {
      vendorId: 0x0403,
      productId: 0x6001,
      release: 0x0600,
      manufacturer: "FTDI",
      product: "FT232R USB UART",
      serialNumber,
    };
  }

  answer({ request, length }: Setup): Uint8Array | undefined {
    if (request === REQUEST.getModemStatus) return this.#status(this.lines, 0);
    if (request === REQUEST.getLatencyTimer) return Uint8Array.of(this.#latencyMs);
    if (request === REQUEST.readEeprom) return new Uint8Array(length).fill(0xff);
    return undefined;
  }

  accept({ request, value, index }: Setup): void {
    if (request === REQUEST.reset) this.#reset();
    if (request === REQUEST.setModemControl) this.#setModemControl(value);
    if (request === REQUEST.setLatencyTimer) this.#latencyMs = value & 0xff;
    if (request === REQUEST.setFlowControl) {
      this.settings = { ...this.settings, rtsCts: (index & 0x100) !== 0 };
    }
    if (request === REQUEST.setBaudRate) {
      this.settings = { ...this.settings, baudRate: decodeRate(value, index) };
    }
    if (request === REQUEST.setData) this.#setData(value);
  }

  protected encode({ data, error, lines }: Arrival): Uint8Array {
    const status = this.#status(lines, error === undefined ? 0 : LINE[error]);
    const room = BULK_PACKET - status.length;
    const packets = [Buffer.concat([status, data.subarray(0, room)])];
    for (let at = room; at < data.length; at += room) {
      packets.push(Buffer.concat([status, data.subarray(at, at + room)]));
    }
    return Buffer.concat(packets);
  }

  /** A real chip reports whenever its latency timer runs out: this one when there is something new. */
  protected override onTransmitter(): void {
    setTimeout(() => this.report(), this.#latencyMs);
  }

  #reset(): void {
    this.purge();
    this.report();
  }

  #status({ cts, dsr, ri, dcd }: Arrival["lines"], errors: number): Uint8Array {
    const modem =
      MODEM.always |
      (cts ? MODEM.cts : 0) |
      (dsr ? MODEM.dsr : 0) |
      (ri ? MODEM.ri : 0) |
      (dcd ? MODEM.dcd : 0);
    const empty = this.isTransmitterEmpty ? LINE.holdingEmpty | LINE.transmitterEmpty : 0;
    return Uint8Array.of(modem, errors | empty);
  }

  /** The high byte says which of the two lines the low byte sets. */
  #setModemControl(value: number): void {
    this.setOutputs({
      dtr: (value & 0x100) !== 0 ? (value & 1) !== 0 : this.outputs.dtr,
      rts: (value & 0x200) !== 0 ? (value & 2) !== 0 : this.outputs.rts,
    });
  }

  #setData(value: number): void {
    this.settings = {
      ...this.settings,
      dataBits: value & 0xff,
      parity: PARITIES[(value >> 8) & 7] ?? "none",
      stopBits: STOP_BITS[(value >> 11) & 3] ?? 1,
    };
    this.setBreak((value & 0x4000) !== 0);
  }
}

/** 3 MHz over a divisor with eighths; 0 and 1 stand for 3 and 2 Mbaud. */
function decodeRate(value: number, index: number): number {
  const whole = value & 0x3fff;
  const code = (value >> 14) | ((index & 1) << 2);
  if (code === 0 && whole === 0) return 3_000_000;
  if (code === 0 && whole === 1) return 2_000_000;
  return Math.round(CLOCK_HZ / (whole * 8 + (EIGHTHS[code] ?? 0)));
}
