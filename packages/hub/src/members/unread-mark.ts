// Whether a reader makes progress, for members that can only count unsent bytes.

/** Compares a count with the one before. */
export class UnreadMark {
  #before: number | undefined;

  /** @returns Whether the count has changed since the last call; `undefined` at the first one. */
  compare(count: number): boolean | undefined {
    const before = this.#before;
    this.#before = count;
    return before === undefined ? undefined : count !== before;
  }
}
