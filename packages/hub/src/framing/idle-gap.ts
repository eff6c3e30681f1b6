// Messages that end with silence, as in Modbus RTU. Pure: the caller measures the silence.

import { grow, type OnMessage, Pending, type Splitter } from "./splitter.ts";

/** Collects until the caller says that the line was silent. */
export class IdleGap implements Splitter {
  readonly gapMs: number;
  readonly #pending: Pending;

  constructor(gapMs: number, maxMessage: number) {
    this.gapMs = gapMs;
    this.#pending = new Pending(maxMessage);
  }

  get pending(): number {
    return this.#pending.length;
  }

  push(chunk: Uint8Array, onMessage: OnMessage): void {
    grow(this.#pending, chunk, onMessage);
  }

  take(): Uint8Array {
    return this.#pending.take();
  }
}
