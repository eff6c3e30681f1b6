// Messages of this hub on their way into a stream: numbered, sent within a window, sent again until they are
// stored, and bounded while the stream cannot be reached. Pure: no time, no transport.

/** A message that waits. */
export interface SpoolEntry<T> {
  readonly item: T;
  /** Its size, as it counts for the limit. */
  readonly bytes: number;
}

/** A message that is to be sent, with its place in the sequence. */
export interface Outgoing<T> {
  /** `undefined` where there is none: only losses are to be announced, up to `sequence`. */
  readonly item: T | undefined;
  readonly bytes: number;
  readonly sequence: number;
  /** Numbers in front of it that were lost here. */
  readonly skipped: number;
}

export interface SpoolLimits {
  /** Bytes that may wait, sent or not. */
  readonly bytes: number;
  /** Messages that may be sent and not yet stored. */
  readonly windowMessages: number;
  /** Bytes that may be sent and not yet stored; one message always may. */
  readonly windowBytes: number;
}

interface Waiting<T> extends SpoolEntry<T> {
  /** Losses directly in front of it. */
  skipped: number;
}

/** The way into one stream. */
export class Spool<T> {
  #limits: SpoolLimits;
  readonly #waiting: Waiting<T>[] = [];
  #head = 0;
  /** Sent and not known to be stored, by number, in order. */
  readonly #sent = new Map<number, Outgoing<T>>();
  #sentBytes = 0;
  #waitingBytes = 0;
  /** The last number in use. */
  #last: number;
  /** Losses behind the last message that waits. */
  #skippedAtEnd = 0;

  /** @param last The last number that was used before. */
  constructor(limits: SpoolLimits, last = 0) {
    this.#limits = limits;
    this.#last = last;
  }

  /** Bytes that are not known to be stored. */
  get bytes(): number {
    return this.#waitingBytes + this.#sentBytes;
  }

  /** Messages that are not known to be stored. */
  get messages(): number {
    return this.#waiting.length - this.#head + this.#sent.size;
  }

  /** The number of the last message that was added, or lost. */
  get lastSequence(): number {
    const waiting = this.#waiting.slice(this.#head);
    return waiting.reduce((sum, { skipped }) => sum + skipped + 1, this.#last) + this.#skippedAtEnd;
  }

  /** Bytes that it takes before something would be lost. */
  get room(): number {
    return Math.max(0, this.#limits.bytes - this.bytes);
  }

  reconfigure(limits: SpoolLimits): void {
    this.#limits = limits;
  }

  /** Adds a message, whether there is room or not: see {@link room}. */
  push(entry: SpoolEntry<T>): void {
    this.#waiting.push({ ...entry, skipped: this.#skippedAtEnd });
    this.#skippedAtEnd = 0;
    this.#waitingBytes += entry.bytes;
  }

  /** Counts a message that is lost instead of being added. */
  skip(): void {
    this.#skippedAtEnd++;
  }

  /**
   * Loses the oldest messages that were not sent yet, until there is room.
   *
   * @param bytes Room that is needed.
   * @returns The lost messages; the room may still be too small.
   */
  makeRoom(bytes: number): readonly SpoolEntry<T>[] {
    const lost: SpoolEntry<T>[] = [];
    while (this.room < bytes && this.#head < this.#waiting.length) {
      const entry = this.#shift();
      const behind = this.#waiting[this.#head];
      if (behind === undefined) this.#skippedAtEnd += entry.skipped + 1;
      else behind.skipped += entry.skipped + 1;
      lost.push(entry);
    }
    return lost;
  }

  /** Takes the next message to send, if the window has room. */
  next(): Outgoing<T> | undefined {
    const first = this.#waiting[this.#head];
    if (this.#sent.size >= this.#limits.windowMessages) return undefined;
    if (first === undefined) return this.#announcement();
    const isTooMuch = this.#sentBytes + first.bytes > this.#limits.windowBytes;
    if (isTooMuch && this.#sent.size > 0) return undefined;
    const { item, bytes, skipped } = this.#shift();
    return this.#send({ item, bytes, skipped, sequence: this.#last + skipped + 1 });
  }

  /** The stream has a message. @returns `false` if that was known. */
  stored(sequence: number): boolean {
    const entry = this.#sent.get(sequence);
    if (entry === undefined) return false;
    this.#sent.delete(sequence);
    this.#sentBytes -= entry.bytes;
    return true;
  }

  /** Numbers begin again from 1, and messages that are not known to be stored are sent again. */
  restart(): void {
    const sent = this.unstored();
    const rest = this.#waiting.splice(0).slice(this.#head);
    this.#head = 0;
    this.#sent.clear();
    this.#sentBytes = 0;
    this.#last = 0;
    const again = sent.flatMap(({ item, bytes, skipped }) =>
      item === undefined ? [] : [{ item, bytes, skipped }],
    );
    this.#waiting.push(...again, ...rest);
    this.#waitingBytes = this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Messages that were sent and are not known to be stored, in order: to send them again. */
  unstored(): readonly Outgoing<T>[] {
    return [...this.#sent.values()];
  }

  #announcement(): Outgoing<T> | undefined {
    const skipped = this.#skippedAtEnd;
    if (skipped === 0) return undefined;
    this.#skippedAtEnd = 0;
    return this.#send({ item: undefined, bytes: 0, skipped, sequence: this.#last + skipped });
  }

  #send(outgoing: Outgoing<T>): Outgoing<T> {
    this.#last = outgoing.sequence;
    this.#sent.set(outgoing.sequence, outgoing);
    this.#sentBytes += outgoing.bytes;
    return outgoing;
  }

  #shift(): Waiting<T> {
    const entry = this.#waiting[this.#head] as Waiting<T>; // callers know that there is one
    this.#head++;
    this.#waitingBytes -= entry.bytes;
    if (this.#head > 64 && this.#head * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    return entry;
  }
}
