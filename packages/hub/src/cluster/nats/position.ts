// Where a reader is in its stream, and what the number of the next record means. Servers that lost the end of a
// stream give its numbers again, to other records. Pure.

/** A stream as its servers describe it. */
export interface StreamNow {
  /** When it was made: another one of the same name has another time. */
  readonly created: string;
  /** Number of the oldest record. */
  readonly first: number;
  /** The highest number that was given. */
  readonly last: number;
}

/** What a record is to a reader. */
export type Step =
  /** It was read before. */
  | "old"
  | "next"
  /** Records in front of it are gone. */
  | "jump";

/** Records that are read once more when the end of the stream may have changed. */
const AGAIN_RECORDS = 10_000;

/** The place of one reader. */
export class Position {
  #created: string | undefined;
  #last = 0;
  #isAgain = false;

  /** Number of the last record that was read. */
  get last(): number {
    return this.#last;
  }

  /** The next start is in front of records that were read before. */
  again(): void {
    this.#isAgain = true;
  }

  /**
   * Begins to read: behind the last record; or in front of it, where its number may have been given twice.
   *
   * @returns Whether all that was not read is gone.
   */
  start({ created, first, last }: StreamNow): boolean {
    const isFirst = this.#created === undefined;
    const isOther = !isFirst && this.#created !== created;
    const isAgain = this.#isAgain || last < this.#last;
    this.#created = created;
    this.#isAgain = false;
    if (isFirst) this.#last = last;
    else if (isOther) this.#last = 0;
    else if (isAgain)
      this.#last = Math.min(this.#last, Math.max(first - 1, last - AGAIN_RECORDS, 0));
    return isOther;
  }

  /** Moves on to a record. */
  take(number: number): Step {
    if (number <= this.#last) return "old";
    const step = number === this.#last + 1 ? "next" : "jump";
    this.#last = number;
    return step;
  }

  /** A reader that receives nothing should receive something, or begin again. */
  isElsewhere({ created, last }: StreamNow): boolean {
    return created !== this.#created || last !== this.#last;
  }
}
