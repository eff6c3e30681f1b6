// The line of an emulated UART, whose other end is in the program: bytes up to a window in each direction, then the
// host waits. So the host's requests are answered whatever the program does.

import type { LineEnd, Uart } from "../chips/uart.ts";
import type { CharacterError, UartOutputs, UartSettings } from "../chips/uart-state.ts";
import { CREDIT_BYTES, encodeCredit, FRAME, WINDOW_BYTES } from "./frames.ts";
import type { AdapterEvent } from "./messages.ts";

/** Sends a frame of this port to the program. */
export type SendFrame = (kind: number, payload: Uint8Array) => void;

/** One line. */
export class LineBridge implements LineEnd {
  readonly #uart: Uart;
  readonly #send: SendFrame;
  #credit = WINDOW_BYTES;
  #taken = 0;
  #isPlugged = false;
  /** All that the host has taken. */
  #total = 0;
  /** Characters that arrived outside of the program's window. */
  #injected = 0;

  constructor(uart: Uart, send: SendFrame) {
    this.#uart = uart;
    this.#send = send;
    uart.line = this;
  }

  /** Bytes for a device that is not plugged in are lost. */
  set isPlugged(isPlugged: boolean) {
    this.#isPlugged = isPlugged;
  }

  /** Bytes of the program arrive at the chip. */
  arrive(data: Uint8Array): void {
    if (this.#isPlugged) this.#uart.arrive(data);
    else this.onTaken(data.length);
  }

  /** A broken character of the program arrives at the chip; it takes no room in the window. */
  inject(byte: number, error: CharacterError): void {
    if (!this.#isPlugged) return;
    const before = this.#total + this.#uart.waitingBytes;
    this.#uart.arrive(Uint8Array.of(byte), error);
    this.#injected += this.#total + this.#uart.waitingBytes - before; // none of a break without a place
  }

  /** The program has taken bytes. */
  addCredit(bytes: number): void {
    const hadNone = this.#credit <= 0;
    this.#credit += bytes;
    if (hadNone && this.#credit > 0) this.#uart.resume();
  }

  /** Reports an event to the program. */
  tell(event: AdapterEvent): void {
    this.#send(FRAME.message, Buffer.from(JSON.stringify(event)));
  }

  transmit(data: Uint8Array): boolean {
    if (this.#credit <= 0) return false;
    this.#credit -= data.length;
    this.#send(FRAME.data, data);
    return true;
  }

  onTaken(count: number): void {
    const free = Math.min(count, this.#injected);
    this.#injected -= free;
    this.#total += count;
    this.#taken += count - free;
    const isEarly = this.#taken < CREDIT_BYTES && this.#uart.waitingBytes > 0;
    if (isEarly || this.#taken === 0) return;
    this.#send(FRAME.credit, encodeCredit(this.#taken));
    this.#taken = 0;
  }

  onSettings(settings: UartSettings): void {
    this.tell({ event: "settings", settings });
  }

  onOutputs(outputs: UartOutputs): void {
    this.tell({ event: "outputs", outputs });
  }

  onBreak(isAsserted: boolean): void {
    this.tell({ event: "break", isAsserted });
  }

  onOpen(isOpen: boolean): void {
    this.tell({ event: "open", isOpen });
  }
}
