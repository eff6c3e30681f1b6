// Exact counts and delimiters over receive(). Bytes that a failed call had already read stay here.

import { signalOf, type WaitOptions, waiting } from "../abort/abort.ts";
import { bytesOf, invalid, isIntegerIn } from "../arguments/validate.ts";
import { SerialError } from "../errors/errors.ts";
import type { Bytes } from "../model/bytes.ts";

/** Where the bytes come from: a port, or anything that receives like one. */
export interface ByteSource {
  /** Path to name in errors. */
  readonly path: string;
  /**
   * Resolves with at least one byte.
   *
   * @throws Whatever ends the source; it is passed on.
   */
  receive(options?: WaitOptions): Promise<Uint8Array>;
}

/** Options of {@link BufferedReader.receiveUntil}. */
export interface ReceiveUntilOptions extends WaitOptions {
  /**
   * Most bytes to read before giving up, delimiter included.
   * @defaultValue 1048576
   */
  readonly maxBytes?: number | undefined;
}

const RECEIVE_UNTIL = waiting("maxBytes");
const DEFAULT_MAX_BYTES = 1024 * 1024;
/** Memory to begin with. */
const FIRST_BYTES = 256;
/** More than this is let go when nothing is in it: a reader lives as long as its port. */
const MOST_KEPT_BYTES = 65_536;

/** Reads exact counts and delimited messages; keeps the bytes of the next one. */
export class BufferedReader {
  readonly #source: ByteSource;
  #bytes = new Uint8Array(FIRST_BYTES);
  #start = 0;
  #end = 0;
  /** Bytes taken so far. */
  #taken = 0;

  /**
   * @param source A port, or anything that receives like one.
   * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — it does not.
   */
  constructor(source: ByteSource) {
    if (typeof source?.receive !== "function") {
      throw invalid("source", source, "a port, or an object with receive() and path");
    }
    this.#source = source;
  }

  /** Bytes read from the port and not taken yet. */
  get bufferedBytes(): number {
    return this.#end - this.#start;
  }

  /**
   * Receives an exact number of bytes.
   *
   * @param count Bytes, 0 or more.
   * @param options.signal Stops waiting; bytes read before stay buffered.
   * @returns `count` bytes, the caller's to keep.
   * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — `count` is no such number.
   * @throws As `SerialPort.receive()`; bytes read before stay buffered.
   */
  async receiveExactly(count: number, options: WaitOptions = {}): Promise<Bytes> {
    if (!isIntegerIn(count, 0, Number.MAX_SAFE_INTEGER)) {
      throw invalid("count", count, "a number of bytes, 0 or more");
    }
    const signal = signalOf(options);
    while (this.bufferedBytes < count) await this.#fill(signal);
    return this.#take(count);
  }

  /**
   * Receives up to and including a delimiter.
   *
   * @param delimiter One or more bytes, or text in UTF-8.
   * @param options.maxBytes Most bytes to read before giving up.
   * @param options.signal Stops waiting; bytes read before stay buffered.
   * @returns The message with its delimiter, the caller's to keep.
   * @throws {@link SerialError} `ERR_SERIAL_DELIMITER` — `maxBytes` came without the delimiter; the
   *   bytes stay buffered.
   * @throws As `SerialPort.receive()`; bytes read before stay buffered.
   */
  async receiveUntil(
    delimiter: Uint8Array | string,
    options: ReceiveUntilOptions = {},
  ): Promise<Bytes> {
    const mark =
      typeof delimiter === "string"
        ? new TextEncoder().encode(delimiter)
        : bytesOf("delimiter", delimiter);
    if (mark.length === 0) throw invalid("delimiter", delimiter, "at least one byte");
    const signal = signalOf(options, RECEIVE_UNTIL);
    const { maxBytes = DEFAULT_MAX_BYTES } = options;
    if (!isIntegerIn(maxBytes, 1, Number.MAX_SAFE_INTEGER)) {
      throw invalid("maxBytes", maxBytes, "a positive integer (bytes)");
    }
    // Counted from the first byte ever, since others may take bytes while this waits.
    for (let searched = 0; ; ) {
      const held = Buffer.from(this.#bytes.buffer, this.#start, this.bufferedBytes);
      const at = held.indexOf(mark, Math.max(0, searched - this.#taken));
      if (at !== -1 && at + mark.length <= maxBytes) return this.#take(at + mark.length);
      if (at !== -1 || held.length >= maxBytes) throw this.#noDelimiter(maxBytes);
      searched = this.#taken + Math.max(0, held.length - mark.length + 1);
      await this.#fill(signal);
    }
  }

  /**
   * Takes the buffered bytes, without waiting.
   *
   * @returns The bytes, possibly none; the caller's to keep.
   */
  takeBuffered(): Bytes {
    return this.#take(this.bufferedBytes);
  }

  async #fill(signal: AbortSignal | undefined): Promise<void> {
    const chunk = bytesOf("chunk", await this.#source.receive({ signal }));
    // Or it would be asked again and again, and nothing else would run.
    if (chunk.length === 0) throw invalid("chunk", chunk, "at least one byte from receive()");
    this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #makeRoom(extra: number): void {
    if (this.#end + extra <= this.#bytes.length) return;
    const held = this.#bytes.subarray(this.#start, this.#end);
    const needed = held.length + extra;
    const target =
      needed * 2 <= this.#bytes.length
        ? this.#bytes
        : new Uint8Array(Math.max(needed * 2, FIRST_BYTES));
    target.set(held);
    this.#bytes = target;
    this.#end = held.length;
    this.#start = 0;
  }

  #take(count: number): Bytes {
    const taken = this.#bytes.slice(this.#start, this.#start + count);
    this.#start += count;
    this.#taken += count;
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      if (this.#bytes.length > MOST_KEPT_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES);
    }
    return taken;
  }

  #noDelimiter(maxBytes: number): SerialError {
    const { path } = this.#source;
    return new SerialError(
      `Cannot read from port "${path}": no delimiter within ${maxBytes} bytes`,
      {
        code: "ERR_SERIAL_DELIMITER",
        path,
        operation: "receiveUntil",
        hint: "raise maxBytes, check the delimiter, or take the bytes with takeBuffered()",
      },
    );
  }
}
