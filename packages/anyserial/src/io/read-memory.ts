// Memory that is read into again and again. Messages of one length share one view: making a view
// and handing it to C costs more than a short read.

import type { Bytes } from "../model/bytes.ts";

export class ReadMemory {
  readonly all: Bytes;
  #view: Bytes;

  /** @param size In bytes. */
  constructor(size: number) {
    this.all = new Uint8Array(size);
    this.#view = this.all;
  }

  /** A view of the first `count` bytes. */
  first(count: number): Bytes {
    if (this.#view.length !== count) this.#view = this.all.subarray(0, count);
    return this.#view;
  }
}
