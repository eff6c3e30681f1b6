// Messages that end with a byte: lines, SLIP (RFC 1055, 0xC0) and COBS (0x00). Pure.

import { finish, grow, type OnMessage, Pending, type Splitter } from "./splitter.ts";

/** Parameters of {@link Delimited}. */
export interface DelimitedOptions {
  readonly delimiter: number;
  readonly maxMessage: number;
  /** Delimiters in front of a message belong to it: SLIP and COBS senders begin with one. */
  readonly leads: boolean;
}

/** Splits after a delimiter. */
export class Delimited implements Splitter {
  readonly #options: DelimitedOptions;
  readonly #pending: Pending;
  /** Something else than delimiters is pending. */
  #hasBody = false;

  constructor(options: DelimitedOptions) {
    this.#options = options;
    this.#pending = new Pending(options.maxMessage);
  }

  get pending(): number {
    return this.#pending.length;
  }

  push(chunk: Uint8Array, onMessage: OnMessage): void {
    const { delimiter, leads } = this.#options;
    let start = 0;
    let bodyAt = 0;
    for (;;) {
      const at = chunk.indexOf(delimiter, bodyAt);
      if (at === -1) break;
      const isEnd = !leads || this.#hasBody || at > bodyAt;
      bodyAt = at + 1;
      if (!isEnd) continue;
      this.#hasBody = false;
      finish(this.#pending, chunk.subarray(start, bodyAt), onMessage);
      start = bodyAt;
    }
    if (bodyAt < chunk.length) this.#hasBody = true;
    grow(this.#pending, chunk.subarray(start), onMessage);
  }

  take(): Uint8Array {
    this.#hasBody = false;
    return this.#pending.take();
  }
}
