// A splitter of messages in a stream of chunks: the seam between a framing and its reader. A
// message is passed on unchanged, with its delimiters; removing them is a step of its own. Pure.

/**
 * Receives the findings of a splitter, as ranges of bytes so that nothing is allocated for a
 * message. The bytes are valid during the call only; they may be a Buffer, whose `slice()` copies
 * nothing. No call may throw.
 */
export interface FrameSink {
  /**
   * A message; or, after {@link FrameSink.piece}, the last part of one that is too long.
   *
   * @param bytes Where it lies.
   * @param start Index of its first byte.
   * @param end Index behind its last byte.
   */
  message(bytes: Uint8Array, start: number, end: number): void;
  /**
   * The first or next `maxLength` bytes of a message that is too long: more of it follows.
   *
   * @param bytes Where it lies.
   * @param start Index of its first byte.
   * @param end Index behind its last byte.
   */
  piece(bytes: Uint8Array, start: number, end: number): void;
  /**
   * Bytes between messages; {@link Splitter.fault} says what is wrong with them, if anything is.
   *
   * @param bytes Where it lies.
   * @param start Index of its first byte.
   * @param end Index behind its last byte.
   */
  noise(bytes: Uint8Array, start: number, end: number): void;
}

/** The fault of bytes that are no message. */
export interface Fault {
  readonly code: string;
  /** Completes "Cannot decode a message of …: ". */
  readonly state: string;
  /** The bytes that it was found in, where those are more than the noise. */
  readonly seen?: Uint8Array;
  readonly cause?: unknown;
}

/** Finds messages in one stream. */
export interface Splitter {
  /** Bytes that belong to no message yet. */
  readonly pending: number;
  /** A message has begun: there is more than what may stand in front of one. */
  readonly hasBegun: boolean;
  /**
   * Silence that ends the pending message, in milliseconds; `undefined` where bytes end a message.
   */
  readonly gapMs: number | undefined;
  /** The fault of the noise that is being passed on. */
  readonly fault: Fault | undefined;
  /**
   * Takes a chunk.
   *
   * @param chunk Not kept.
   * @param sink Receives the messages that end in it.
   */
  push(chunk: Uint8Array, sink: FrameSink): void;
  /** Ends the pending message, as silence does. */
  finish(sink: FrameSink): void;
  /** Forgets the pending bytes. @returns These bytes, valid until the next push. */
  take(): Uint8Array;
}

const NO_BYTES = new Uint8Array(0);
const FIRST_BYTES = 256;
/** More than this is given up when nothing is in it: a splitter lives as long as its port. */
const MOST_KEPT_BYTES = 65_536;

/**
 * Base of all splitters. Pending bytes lie in one piece of memory, with the new chunk behind them,
 * so that each search sees contiguous bytes; a chunk that begins with a message is not copied. Of a
 * message that is too long no more than `maxLength` bytes are held.
 */
export abstract class BaseSplitter implements Splitter {
  readonly maxLength: number;
  fault: Fault | undefined;
  #memory: Uint8Array = NO_BYTES;
  #start = 0;
  #end = 0;
  /** Bytes from the start of the message that were searched without a result. */
  protected searched = 0;

  constructor(maxLength: number) {
    this.maxLength = maxLength;
  }

  get pending(): number {
    return this.#end - this.#start;
  }

  get hasBegun(): boolean {
    return this.pending > 0;
  }

  get gapMs(): number | undefined {
    return undefined;
  }

  push(chunk: Uint8Array, sink: FrameSink): void {
    if (chunk.length === 0) return;
    if (this.pending === 0) {
      const rest = this.#scan(chunk, { start: 0, end: chunk.length }, sink);
      if (rest < chunk.length) this.#keep(chunk, rest);
      return;
    }
    this.#keep(chunk, 0);
    this.#start = this.#scan(this.#memory, { start: this.#start, end: this.#end }, sink);
    if (this.#start === this.#end) this.#clear();
  }

  finish(sink: FrameSink): void {
    const [start, end] = [this.#start, this.#end];
    if (start < end) {
      this.emit(sink, this.#memory, { start, end });
      this.#clear();
    }
    this.reset();
  }

  take(): Uint8Array {
    const bytes = this.#memory.subarray(this.#start, this.#end);
    this.#clear();
    this.reset();
    return bytes;
  }

  /**
   * Passes on the messages that end in a range.
   *
   * @returns Where the first message begins that does not end there.
   */
  protected abstract scan(bytes: Uint8Array, range: Range, sink: FrameSink): number;

  /** Bytes at the end of the searched range that may be the beginning of a boundary. */
  protected get undecided(): number {
    return 0;
  }

  /** The pending message is forgotten. */
  protected reset(): void {
    this.searched = 0;
  }

  /** This many bytes of a message that is too long have been passed on. */
  protected passed(count: number): void {
    this.searched = Math.max(0, this.searched - count);
  }

  /** Passes a message on, in pieces if it is too long. */
  protected emit(sink: FrameSink, bytes: Uint8Array, { start, end }: Range): void {
    let at = start;
    for (; end - at > this.maxLength; at += this.maxLength) {
      sink.piece(bytes, at, at + this.maxLength);
    }
    sink.message(bytes, at, end);
  }

  /** Passes on bytes that are no message, and what is wrong with them. */
  protected emitFault(sink: FrameSink, bytes: Uint8Array, range: FaultRange): void {
    this.fault = range.fault;
    sink.noise(bytes, range.start, range.end);
    this.fault = undefined;
  }

  #scan(bytes: Uint8Array, range: Range, sink: FrameSink): number {
    let start = this.scan(bytes, range, sink);
    while (range.end - start > this.maxLength + this.undecided) {
      sink.piece(bytes, start, start + this.maxLength);
      start += this.maxLength;
      this.passed(this.maxLength);
    }
    return start;
  }

  #keep(chunk: Uint8Array, from: number): void {
    const bytes = from === 0 ? chunk : chunk.subarray(from);
    if (this.#end + bytes.length > this.#memory.length) this.#makeRoom(bytes.length);
    this.#memory.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #makeRoom(extra: number): void {
    const held = this.#memory.subarray(this.#start, this.#end);
    const needed = held.length + extra;
    const isRoomy = needed * 2 <= this.#memory.length;
    const target = isRoomy ? this.#memory : new Uint8Array(Math.max(needed * 2, FIRST_BYTES));
    target.set(held);
    this.#memory = target;
    this.#end = held.length;
    this.#start = 0;
  }

  #clear(): void {
    this.#start = this.#end = 0;
    if (this.#memory.length > MOST_KEPT_BYTES * 4) this.#memory = NO_BYTES;
  }
}

/** A range of bytes, the end excluded. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Bytes that are no message. */
export interface FaultRange extends Range {
  readonly fault: Fault;
}
