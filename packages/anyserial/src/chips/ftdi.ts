// FT232R and FT4232H, as far as ftdi_sio needs them. Requests and status bits from the kernel's ftdi_sio.h.

import type { ModemLines } from "../model/modem-lines.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import type { Setup } from "../usb/setup.ts";
import { BULK_PACKET, Uart, type UartPlace } from "./uart.ts";
import { type Arrival, dataBitsOf, PARITIES, STOP_BITS } from "./uart-state.ts";

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

/** Parts that a reset may name. */
const RESET = { all: 0, input: 1 } as const;
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

const STATUS_BYTES = 2;
/** Eighths that the three bits of the fraction stand for. */
const EIGHTHS = [0, 4, 2, 1, 3, 5, 6, 7] as const;
/** Of a quarter of the chip's clock in eighths: 3 MHz, or 12 MHz where the driver asks for it. */
const CLOCK_HZ = { standard: 24_000_000, fast: 96_000_000 } as const;

/** The generation of an FTDI chip. */
export type FtdiGeneration = "full-speed" | "high-speed";

/** A UART of such a chip. */
export class FtdiUart extends Uart {
  readonly #isFast: boolean;
  #latencyMs = 16;
  #reporting: NodeJS.Timeout | undefined;

  constructor(place: UartPlace, generation: FtdiGeneration) {
    super(place);
    this.#isFast = generation === "high-speed";
  }

  answer({ request, length }: Setup): Uint8Array | undefined {
    if (request === REQUEST.getModemStatus) return this.#status(this.lines, 0);
    if (request === REQUEST.getLatencyTimer) return Uint8Array.of(this.#latencyMs);
    if (request === REQUEST.readEeprom) return new Uint8Array(length).fill(0xff);
    return undefined;
  }

  accept({ request, value, index }: Setup): boolean {
    if (request === REQUEST.reset) this.#reset(value);
    if (request === REQUEST.setModemControl) this.#setModemControl(value);
    if (request === REQUEST.setLatencyTimer) this.#latencyMs = value & 0xff;
    if (request === REQUEST.setFlowControl) this.setSettings({ rtsCts: (index & 0x100) !== 0 });
    if (request === REQUEST.setBaudRate) this.#setRate(value, index);
    if (request === REQUEST.setData) this.#setData(value);
    return true;
  }

  /** Each packet begins with two bytes of status. */
  protected override capacity(most: number): number {
    const packet = BULK_PACKET[this.speed];
    const rest = most % packet;
    return Math.floor(most / packet) * (packet - STATUS_BYTES) + Math.max(rest - STATUS_BYTES, 0);
  }

  protected encode({ data, error, lines }: Arrival): Uint8Array {
    const status = this.#status(lines, error === undefined ? 0 : LINE[error]);
    const room = BULK_PACKET[this.speed] - STATUS_BYTES;
    const packets = Math.max(Math.ceil(data.length / room), 1);
    const transfer = new Uint8Array(data.length + packets * STATUS_BYTES);
    for (let packet = 0; packet < packets; packet++) {
      const at = packet * (room + STATUS_BYTES);
      transfer.set(status, at);
      transfer.set(data.subarray(packet * room, (packet + 1) * room), at + STATUS_BYTES);
    }
    return transfer;
  }

  /** A real chip reports whenever its latency timer runs out: this one when there is something new. */
  protected override onTransmitter(): void {
    this.#reporting ??= setTimeout(() => {
      this.#reporting = undefined;
      this.report();
    }, this.#latencyMs);
  }

  override unplugged(): void {
    clearTimeout(this.#reporting);
    this.#reporting = undefined;
    super.unplugged();
  }

  #reset(what: number): void {
    if (what === RESET.all || what === RESET.input) this.discard();
    this.report();
  }

  #status({ cts, dsr, ri, dcd }: ModemLines, errors: number): Uint8Array {
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

  /** A chip with several UARTs has the number of one in the low byte of the index, and the rest in the high one. */
  #setRate(value: number, index: number): void {
    const high = this.#isFast ? index >> 8 : index;
    this.setSettings({ baudRate: decodeRate(value, high) });
  }

  #setData(value: number): void {
    this.setSettings({
      dataBits: dataBitsOf(value & 0xff),
      parity: PARITIES[(value >> 8) & 7] ?? "none",
      stopBits: STOP_BITS[(value >> 11) & 3] ?? 1,
    });
    this.setBreak((value & 0x4000) !== 0);
  }
}

/**
 * The clock over a divisor with eighths; 0 and 1 stand for the clock itself, and for two thirds of it.
 *
 * @param value The whole divisor and two bits of the fraction.
 * @param high The third bit, and whether the divisor is of the fast clock.
 */
function decodeRate(value: number, high: number): number {
  const clock = (high & 2) === 0 ? CLOCK_HZ.standard : CLOCK_HZ.fast;
  const whole = value & 0x3fff;
  const code = (value >> 14) | ((high & 1) << 2);
  if (code === 0 && whole === 0) return clock / 8;
  if (code === 0 && whole === 1) return clock / 12;
  return Math.round(clock / Math.max(whole * 8 + (EIGHTHS[code] ?? 0), 1));
}
