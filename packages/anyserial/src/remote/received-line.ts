// Data and line errors of a server, in their order: an error belongs to the character after its notification.

import { LINE_STATE } from "./com-port.ts";
import type { InputQueue } from "./input-queue.ts";

/** Fills the queue of a connection. */
export class ReceivedLine {
  /** Notifications so far. */
  readonly errors = { framing: 0, parity: 0, overrun: 0, break: 0 };
  readonly #input: InputQueue;
  #isBroken = false;

  constructor(input: InputQueue) {
    this.#input = input;
  }

  /** @param bytes Kept, not copied. */
  data(bytes: Uint8Array): void {
    if (!this.#isBroken) {
      this.#input.push(bytes);
      return;
    }
    this.#isBroken = false;
    this.#input.pushBroken(bytes[0] as number);
    this.#input.push(bytes.subarray(1));
  }

  /** @param state Bits of `LINE_STATE`. */
  lineState(state: number): void {
    const { errors } = this;
    if ((state & LINE_STATE.overrun) !== 0) errors.overrun++;
    if ((state & LINE_STATE.break) !== 0) {
      errors.break++;
      this.#input.pushBreak();
    }
    if ((state & LINE_STATE.framing) !== 0) errors.framing++;
    if ((state & LINE_STATE.parity) !== 0) errors.parity++;
    if ((state & (LINE_STATE.framing | LINE_STATE.parity)) !== 0) this.#isBroken = true;
  }
}
