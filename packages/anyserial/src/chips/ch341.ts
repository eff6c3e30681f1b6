// CH340, as far as the driver ch341 needs it. Requests and registers from the kernel's ch341.c.

import type { ModemLines } from "../model/modem-lines.ts";
import type { Setup } from "../usb/setup.ts";
import { Uart } from "./uart.ts";
import { type Arrival, dataBitsOf } from "./uart-state.ts";

const REQUEST = {
  readVersion: 0x5f,
  writeRegister: 0x9a,
  readRegister: 0x95,
  setModemControl: 0xa4,
} as const;

/** Registers, addressed in pairs: the low byte is the first one's number. */
const REGISTER = {
  break: 0x05,
  status: 0x06,
  prescaler: 0x12,
  divisor: 0x13,
  line: 0x18,
} as const;
const VERSION = 0x31;
const CLOCK_HZ = 48_000_000;
const NO_BREAK = 0x01;
const LINE = { parity: 0x08, even: 0x10, stick: 0x20, twoStopBits: 0x04 } as const;
const OUTPUT = { dtr: 0x20, rts: 0x40 } as const;
const INPUT = { cts: 1, dsr: 2, ri: 4, dcd: 8 } as const;

/** The chip's UART. */
export class Ch341Uart extends Uart {
  protected override readonly hasInterrupt: boolean = true;
  readonly #registers: Uint8Array = Uint8Array.from({ length: 256 }, (_, register) =>
    register === REGISTER.break ? NO_BREAK : 0,
  );

  answer({ request, value }: Setup): Uint8Array | undefined {
    if (request === REQUEST.readVersion) return Uint8Array.of(VERSION, 0);
    if (request !== REQUEST.readRegister) return undefined;
    if ((value & 0xff) === REGISTER.status) return Uint8Array.of(status(this.lines), 0xee);
    return Uint8Array.of(this.#read(value & 0xff), this.#read(value >> 8));
  }

  accept({ request, value, index }: Setup): boolean {
    if (request === REQUEST.setModemControl) {
      this.setOutputs({ dtr: (value & OUTPUT.dtr) === 0, rts: (value & OUTPUT.rts) === 0 });
    }
    if (request !== REQUEST.writeRegister) return true;
    this.#registers[value >> 8] = index >> 8;
    this.#registers[value & 0xff] = index & 0xff;
    this.#applyRegisters();
    return true;
  }

  protected encode({ data }: Arrival): Uint8Array {
    return data;
  }

  protected override encodeNotice(lines: ModemLines): Uint8Array {
    return Uint8Array.of(0x08, 0x7d, status(lines), 0xee);
  }

  #read(register: number): number {
    return this.#registers[register] ?? 0;
  }

  #applyRegisters(): void {
    const prescaler = this.#read(REGISTER.prescaler);
    const line = this.#read(REGISTER.line);
    const shift = 12 - 3 * (prescaler & 3) - ((prescaler >> 2) & 1);
    const divisor = 0x100 - this.#read(REGISTER.divisor);
    this.setSettings({
      baudRate: Math.round(CLOCK_HZ / 2 ** shift / divisor),
      dataBits: dataBitsOf(5 + (line & 3)),
      parity: decodeParity(line),
      stopBits: (line & LINE.twoStopBits) === 0 ? 1 : 2,
    });
    this.setBreak((this.#read(REGISTER.break) & NO_BREAK) === 0);
  }
}

function decodeParity(line: number): "none" | "odd" | "even" | "mark" | "space" {
  if ((line & LINE.parity) === 0) return "none";
  const isEven = (line & LINE.even) !== 0;
  if ((line & LINE.stick) !== 0) return isEven ? "space" : "mark";
  return isEven ? "even" : "odd";
}

/** The pins, inverted. */
function status({ cts, dsr, ri, dcd }: ModemLines): number {
  const asserted =
    (cts ? INPUT.cts : 0) | (dsr ? INPUT.dsr : 0) | (ri ? INPUT.ri : 0) | (dcd ? INPUT.dcd : 0);
  return 0xff & ~asserted;
}
