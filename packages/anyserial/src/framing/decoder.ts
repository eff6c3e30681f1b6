// Chunks in, messages out, by calls: the core of the decoding streams.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { bytesOf, invalid } from "../arguments/validate.ts";
import { FramingError } from "../errors/errors.ts";
import { INCOMPLETE } from "./fault.ts";
import { FrameFilter } from "./frame-filter.ts";
import { GapTimer } from "./gap-timer.ts";
import type { Decoding, SplitOptions } from "./message-codec.ts";
import type { Splitter } from "./splitter.ts";

/** Callbacks of a {@link FrameDecoder}. */
export interface DecoderOptions<M> extends SplitOptions {
  /** Called for each message. `push()` throws its error when the chunk is done. */
  readonly onMessage: (message: M) => void;
  /** Called for bytes that are no message; decoding continues with the next one. */
  readonly onError: (error: FramingError) => void;
}

const DECODER: OptionSpec = { known: ["onMessage", "onError", "line"] };

/** Decodes the chunks of one stream. */
export class FrameDecoder<M extends string | Uint8Array> {
  readonly #framing: Decoding<M>;
  readonly #options: DecoderOptions<M>;
  readonly #splitter: Splitter;
  readonly #gap: GapTimer | undefined;
  readonly #sink: FrameFilter;
  #thrown: { readonly error: unknown } | undefined;

  /** Only `Framing.decoder()` makes one. */
  constructor(made: never, by: never);
  /** @internal */
  constructor(framing: Decoding<M>, options: DecoderOptions<M>);
  constructor(framing: Decoding<M>, options: DecoderOptions<M>) {
    checkOptions(options, DECODER);
    for (const name of ["onMessage", "onError"] as const) {
      if (typeof options[name] !== "function") throw invalid(name, options[name], "a function");
    }
    this.#framing = framing;
    this.#options = options;
    this.#splitter = framing.split({ line: options.line });
    if (this.#splitter.gapMs !== undefined) this.#gap = new GapTimer(() => this.#silent());
    this.#sink = new FrameFilter(this.#splitter, framing.maxLength, {
      frame: (bytes, start, end) => this.#frame(bytes, start, end),
      fault: (fault, bytes) => this.#report(framing.error(fault, bytes)),
    });
  }

  /** Bytes that belong to no message yet. */
  get pendingBytes(): number {
    return this.#splitter.pending;
  }

  /**
   * Takes a chunk, and calls for each message that ends in it.
   *
   * @param chunk Not kept.
   */
  push(chunk: Uint8Array): void {
    const bytes = bytesOf("chunk", chunk);
    const { gapMs } = this.#splitter;
    if (gapMs !== undefined) this.#gap?.arrived(gapMs);
    this.#framing.forget();
    this.#splitter.push(bytes, this.#sink);
    this.#rethrow();
  }

  /** Ends the stream: pending bytes are a message where silence ends one, else an error. */
  end(): void {
    const { isInside } = this.#sink;
    if (this.#gap !== undefined) this.#splitter.finish(this.#sink);
    else if (isInside) this.#report(this.#framing.error(INCOMPLETE, this.#splitter.take()));
    this.stop();
    this.#rethrow();
  }

  /** Forgets the pending bytes, and no longer waits for silence. */
  stop(): void {
    this.#gap?.stop();
    this.#splitter.take();
  }

  #silent(): void {
    this.#splitter.finish(this.#sink);
    this.#rethrow();
  }

  #frame(bytes: Uint8Array, start: number, end: number): void {
    let message: M | undefined;
    try {
      message = this.#framing.read(bytes, { start, end });
    } catch (error) {
      if (error instanceof FramingError) this.#report(error);
      else this.#thrown ??= { error };
    }
    if (message !== undefined) this.#call(this.#options.onMessage, message);
  }

  #report(error: FramingError): void {
    this.#call(this.#options.onError, error);
  }

  /** The splitter is in the middle of a chunk: errors must wait. */
  #call<T>(action: (value: T) => void, value: T): void {
    try {
      action(value);
    } catch (error) {
      this.#thrown ??= { error };
    }
  }

  #rethrow(): void {
    this.#framing.forget();
    const thrown = this.#thrown;
    this.#thrown = undefined;
    if (thrown !== undefined) throw thrown.error;
  }
}
