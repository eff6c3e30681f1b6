// CH340, as far as the driver ch341 needs it. Requests and registers from the kernel's ch341.c.

import type { Setup } from "./function-fs.ts";
import { type Arrival, type InputLines, SerialChip } from "./serial-chip.ts";
import type { DeviceIdentity } from "./usb-device.ts";

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

/** The chip. */
export class Ch341 extends SerialChip {
  readonly identity: DeviceIdentity;
  protected override readonly hasInterrupt: boolean = true;
  readonly #registers = new Uint8Array(256);

  constructor(serialNumber: string) {
    super();
    this.#registers[REGISTER.break] = NO_BREAK;
    this.identity = {
      vendorId: 0x1a86,
      productId: 0x7523,
      release: 0x0264,
      manufacturer: "QinHeng Electronics",
      product: "USB Serial",
      serialNumber,
    };
  }

  answer({ request, value }: Setup): Uint8Array | undefined {
    if (request === REQUEST.readVersion) return Uint8Array.of(VERSION, 0);
    if (request !== REQUEST.readRegister) return undefined;
    if ((value & 0xff) === REGISTER.status) return Uint8Array.of(status(this.lines), 0xee);
    return Uint8Array.of(this.#read(value & 0xff), this.#read(value >> 8));
  }

  accept({ request, value, index }: Setup): void {
    if (request === REQUEST.setModemControl) {
      this.setOutputs({ dtr: (value & OUTPUT.dtr) === 0, rts: (value & OUTPUT.rts) === 0 });
    }
    if (request !== REQUEST.writeRegister) return;
    this.#registers[value >> 8] = index >> 8;
    this.#registers[value & 0xff] = index & 0xff;
    this.#applyRegisters();
  }

  protected encode({ data }: Arrival): Uint8Array {
    return data;
  }

  protected override encodeLines(lines: InputLines): Uint8Array {
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
    this.settings = {
      baudRate: Math.round(CLOCK_HZ / 2 ** shift / divisor),
      dataBits: 5 + (line & 3),
      parity: decodeParity(line),
      stopBits: (line & LINE.twoStopBits) === 0 ? 1 : 2,
      rtsCts: false, // the driver knows none
    };
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
function status({ cts, dsr, ri, dcd }: InputLines): number {
  const asserted =
    (cts ? INPUT.cts : 0) | (dsr ? INPUT.dsr : 0) | (ri ? INPUT.ri : 0) | (dcd ? INPUT.dcd : 0);
  return 0xff & ~asserted;
}
