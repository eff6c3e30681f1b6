// Memory that is read into again and again. Messages of one length share one view: making a view
// and handing it to C costs more than a short read.

/** The memory. */
export class ReadMemory {
  readonly all: Uint8Array;
  #view: Uint8Array;

  /** @param size In bytes. */
  constructor(size: number) {
    this.all = new Uint8Array(size);
    this.#view = this.all;
  }

  /** A view of the first `count` bytes. */
  first(count: number): Uint8Array {
    if (this.#view.length !== count) this.#view = this.all.subarray(0, count);
    return this.#view;
  }
}
