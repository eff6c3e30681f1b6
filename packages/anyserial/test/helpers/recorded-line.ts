// The line of an emulated UART, which keeps what the chip does there.

import type { Chip } from "../../dist/chips/chip.js";
import type { LineEnd, Uart } from "../../dist/chips/uart.js";
import type { UartOutputs, UartSettings } from "../../dist/chips/uart-state.js";

/** A line. */
export class RecordedLine implements LineEnd {
  readonly uart: Uart;
  readonly sent: number[] = [];
  readonly settings: UartSettings[] = [];
  readonly outputs: UartOutputs[] = [];
  readonly breaks: boolean[] = [];
  readonly opens: boolean[] = [];
  taken = 0;
  hasRoom = true;

  constructor(uart: Uart) {
    this.uart = uart;
    uart.line = this;
  }

  transmit(data: Uint8Array): boolean {
    if (this.hasRoom) this.sent.push(...data);
    return this.hasRoom;
  }

  onTaken(count: number): void {
    this.taken += count;
  }

  onSettings(settings: UartSettings): void {
    this.settings.push(settings);
  }

  onOutputs(outputs: UartOutputs): void {
    this.outputs.push(outputs);
  }

  onBreak(isAsserted: boolean): void {
    this.breaks.push(isAsserted);
  }

  onOpen(isOpen: boolean): void {
    this.opens.push(isOpen);
  }
}

/** The line of one UART of a chip. */
export function lineOf(chip: Chip, number = 0): RecordedLine {
  const uart = chip.uarts[number];
  if (uart === undefined) throw new Error(`the chip has no port ${number}`);
  return new RecordedLine(uart);
}
