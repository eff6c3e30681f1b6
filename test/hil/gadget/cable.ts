// The line of a chip: joined to that of another one as by a null-modem cable, or loose, with what was sent kept.

import type { LineEnd, Uart } from "./models.ts";

/** The receiver holds the other chip back when it has this much, in bytes. */
const RECEIVER_BYTES = 4096;

/** One end. */
export class Cable implements LineEnd {
  readonly #uart: Uart;
  #peer: Uart | undefined;
  readonly #sent: Uint8Array[] = [];

  constructor(uart: Uart) {
    this.#uart = uart;
    uart.line = this;
  }

  /** Joins it to another one. */
  join(other: Cable): void {
    this.#peer = other.#uart;
    other.#peer = this.#uart;
    this.onOutputs(this.#uart.outputs);
    other.onOutputs(other.#uart.outputs);
  }

  /** Takes the bytes sent since the last call; none while it is joined. */
  takeSent(): Uint8Array {
    return Buffer.concat(this.#sent.splice(0));
  }

  transmit(data: Uint8Array): boolean {
    if (this.#peer === undefined) this.#sent.push(data);
    else if (this.#peer.waitingBytes >= RECEIVER_BYTES) return false;
    else this.#peer.arrive(data);
    return true;
  }

  onTaken(): void {
    this.#peer?.resume();
  }

  onOutputs({ rts, dtr }: Uart["outputs"]): void {
    const lines = this.#peer?.lines;
    if (lines === undefined || (lines.cts === rts && lines.dsr === dtr)) return;
    this.#peer?.setLines({ cts: rts, dsr: dtr });
  }

  onBreak(isAsserted: boolean): void {
    if (isAsserted) this.#peer?.arrive(Uint8Array.of(0), "break");
  }
}
