// Messages that end with silence. Pure: the reader measures the silence.

import { BaseSplitter, type Range } from "./splitter.ts";

/** Collects until the reader reports that the line was silent. */
export class GapSplitter extends BaseSplitter {
  readonly #gap: () => number;

  /**
   * @param maxLength Most bytes of a message.
   * @param gap The silence in milliseconds; asked each time, since the rate of a port may change.
   */
  constructor(maxLength: number, gap: () => number) {
    super(maxLength);
    this.#gap = gap;
  }

  override get gapMs(): number {
    return this.#gap();
  }

  protected override scan(_bytes: Uint8Array, { start }: Range): number {
    return start;
  }
}
