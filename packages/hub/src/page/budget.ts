// How much traffic the feed keeps in one tick: a share for each place, so that a flood does not hide
// the others, and what is left for everyone. Pure.

/** Limits of one tick. */
export interface BudgetLimits {
  readonly messages: number;
  readonly bytes: number;
}

interface Spent {
  messages: number;
  bytes: number;
}

export class Budget {
  readonly #limits: BudgetLimits;
  #spent: Spent = { messages: 0, bytes: 0 };
  readonly #shares = new Map<number, Spent>();

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a message, if there is room for it.
   *
   * @param place Number of the place whose message it is.
   * @param bytes Its length.
   * @returns Whether it may be kept.
   */
  take(place: number, bytes: number): boolean {
    return this.#takeFrom(this.#spent, 1, bytes) || this.#takeFrom(this.#shareOf(place), 2, bytes);
  }

  /** Begins the next tick. */
  refill(): void {
    this.#spent = { messages: 0, bytes: 0 };
    for (const share of this.#shares.values()) {
      share.messages = 0;
      share.bytes = 0;
    }
  }

  #shareOf(place: number): Spent {
    const share = this.#shares.get(place) ?? { messages: 0, bytes: 0 };
    this.#shares.set(place, share);
    return share;
  }

  /** At least one message of every place passes, however long. */
  #takeFrom(spent: Spent, kind: 1 | 2, bytes: number): boolean {
    const parts = kind === 1 ? 1 : this.#shares.size;
    const { messages, bytes: most } = this.#limits;
    const isFirst = kind === 2 && spent.messages === 0;
    const fits = spent.messages < messages / parts && spent.bytes + bytes <= most / parts;
    if (!fits && !isFirst) return false;
    spent.messages++;
    spent.bytes += bytes;
    return true;
  }
}
