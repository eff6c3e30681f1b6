// What all framings have in common: chunks in, whole messages out.

/** Called for every message; the bytes are valid during the call only. */
export type OnMessage = (message: Uint8Array) => void;

/** Finds messages in a stream. A message is passed on as it came, with its delimiters. */
export interface Splitter {
  /** Bytes of a message that is not at its end. */
  readonly pending: number;
  /** Silence after which what is pending is a message, in milliseconds. */
  readonly gapMs?: number | undefined;
  /**
   * Takes a chunk.
   *
   * @param chunk Not kept.
   * @param onMessage Called for every message that ends in it.
   */
  push(chunk: Uint8Array, onMessage: OnMessage): void;
  /** Ends the pending message, or forgets it. @returns Its bytes. */
  take(): Uint8Array;
}

/** A message in the making: at most `most` bytes. */
export class Pending {
  readonly #memory: Uint8Array;
  #length = 0;

  constructor(most: number) {
    this.#memory = new Uint8Array(most);
  }

  get length(): number {
    return this.#length;
  }

  get room(): number {
    return this.#memory.length - this.#length;
  }

  /** Adds bytes; there must be room. */
  push(bytes: Uint8Array): void {
    this.#memory.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Ends it. @returns Its bytes, valid until the next push. */
  take(): Uint8Array {
    const bytes = this.#memory.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }
}

/**
 * Passes the end of a message on, with what was pending before it; what is longer than the memory
 * goes in pieces.
 */
export function finish(pending: Pending, end: Uint8Array, onMessage: OnMessage): void {
  if (pending.length === 0 && end.length <= pending.room) {
    onMessage(end);
    return;
  }
  grow(pending, end, onMessage);
  if (pending.length > 0) onMessage(pending.take());
}

/** Keeps the start, or the middle, of a message; a full memory is passed on as a piece. */
export function grow(pending: Pending, bytes: Uint8Array, onMessage: OnMessage): void {
  for (let rest = bytes; rest.length > 0; ) {
    if (pending.room === 0) onMessage(pending.take());
    const part = rest.subarray(0, pending.room);
    pending.push(part);
    rest = rest.subarray(part.length);
  }
}
