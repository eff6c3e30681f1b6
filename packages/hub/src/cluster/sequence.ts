// The messages of one hub, as another one receives them: which to pass on, in order and once, and exactly
// which numbers are missing. Pure: no time, no transport.

/** The part of a message that its order depends on. */
export interface Numbered {
  readonly kind: "data" | "mark";
  readonly epoch: number;
  readonly sequence: number;
  readonly skipped: number;
}

/** Numbers that were given to messages and will not be passed on, both ends included. */
export interface Missing {
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

/** Where the result of a sequence goes. */
export interface SequenceSink<M extends Numbered> {
  /** The next message; only of the kind `data`. */
  deliver(message: M): void;
  /** Called in front of the message behind the gap. */
  missing(gap: Missing): void;
  /** A later start of the hub: messages of the former one that have not been seen remain unknown. */
  restarted(restart: { readonly epoch: number; readonly lastSequence: number }): void;
}

/** How many messages that came early may wait for those in front of them. */
export interface HoldLimit {
  readonly messages: number;
}

/** Former starts of a hub whose numbers are remembered. */
const EPOCHS_KEPT = 8;

interface Epoch {
  readonly epoch: number;
  /** The lowest number that was neither passed on nor reported missing. */
  next: number;
}

/** Receiving side of one sender. */
export class Sequence<M extends Numbered> {
  readonly #sink: SequenceSink<M>;
  readonly #hold: HoldLimit | undefined;
  /** Oldest first; the last one is current. */
  readonly #epochs: Epoch[] = [];
  /** Came early, by the first number that it accounts for. */
  readonly #held = new Map<number, M>();
  /** Messages that had been passed on or reported missing before. */
  duplicates = 0;
  /** Nothing in front of the next message will come. */
  #isSettled = false;

  /**
   * @param sink Where the result goes.
   * @param hold With it, a message waits for those in front of it, as they may still come; without it, a
   *   number that is not there is missing.
   */
  constructor(sink: SequenceSink<M>, hold?: HoldLimit) {
    this.#sink = sink;
    this.#hold = hold;
  }

  /** Messages that wait for those in front of them. */
  get heldMessages(): number {
    return this.#held.size;
  }

  /** The last start that was seen, and the highest number of it that is settled. */
  get position(): { readonly epoch: number; readonly sequence: number } | undefined {
    const current = this.#epochs.at(-1);
    return current && { epoch: current.epoch, sequence: current.next - 1 };
  }

  /** Takes a message as it arrived. */
  accept(message: M): void {
    const { epoch } = message;
    const current = this.#epochs.at(-1);
    if (current === undefined) {
      // Messages before the first contact were for others.
      this.#enter({
        epoch,
        next: message.kind === "data" ? message.sequence : message.sequence + 1,
      });
    } else if (epoch > current.epoch) {
      this.#passHeld();
      this.#isSettled = false;
      this.#sink.restarted({ epoch, lastSequence: current.next - 1 });
      this.#enter({ epoch, next: 1 });
    } else if (epoch < current.epoch) {
      this.#late(message);
      return;
    }
    this.#take(message);
  }

  /** Missing messages will not come: passes on all that wait for them. */
  settle(): void {
    this.#passHeld();
    this.#isSettled = true;
  }

  #passHeld(): void {
    const waiting = [...this.#held.values()].sort((one, other) => one.sequence - other.sequence);
    this.#held.clear();
    for (const message of waiting) this.#pass(message);
  }

  #enter(epoch: Epoch): void {
    this.#epochs.push(epoch);
    if (this.#epochs.length > EPOCHS_KEPT) this.#epochs.shift();
  }

  #take(message: M): void {
    const current = this.#current;
    if (message.sequence < current.next) {
      if (message.kind === "data") this.duplicates++;
      return;
    }
    // A mark without losses announces messages that may still come.
    if (this.#hold !== undefined && firstOf(message) > message.sequence) return;
    if (this.#hold === undefined || this.#isSettled || firstOf(message) <= current.next) {
      this.#isSettled = false;
      this.#pass(message);
      this.#release();
      return;
    }
    if (this.#held.has(firstOf(message))) this.duplicates++;
    this.#held.set(firstOf(message), message);
    if (this.#held.size > this.#hold.messages) this.#passHeld();
  }

  /** Passes on messages that waited for the last one. */
  #release(): void {
    for (;;) {
      const { next } = this.#current;
      const message = this.#held.get(next);
      if (message === undefined) return;
      this.#held.delete(next);
      this.#pass(message);
    }
  }

  #pass(message: M): void {
    const current = this.#current;
    const { kind, epoch, sequence } = message;
    if (message.sequence < current.next) return;
    const lastMissing = kind === "data" ? sequence - 1 : sequence;
    if (lastMissing >= current.next) {
      this.#sink.missing({ epoch, from: current.next, to: lastMissing });
    }
    current.next = sequence + 1;
    if (kind === "data") this.#sink.deliver(message);
  }

  /** A message of a former start, behind one of a later start: passing it on would change the order. */
  #late(message: M): void {
    const former = this.#epochs.find(({ epoch }) => epoch === message.epoch);
    if (former === undefined || message.sequence < former.next) {
      if (message.kind === "data") this.duplicates++;
      return;
    }
    this.#sink.missing({ epoch: message.epoch, from: former.next, to: message.sequence });
    former.next = message.sequence + 1;
  }

  get #current(): Epoch {
    return this.#epochs.at(-1) as Epoch; // every caller has entered one
  }
}

/** The first number that a message accounts for. */
function firstOf({ kind, sequence, skipped }: Numbered): number {
  return kind === "data" ? sequence - skipped : sequence - skipped + 1;
}
