// The class of all framings: a small immutable value, made by the functions beside this file.

import type { Transform } from "node:stream";
import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { bytesOf, madeBy } from "../arguments/validate.ts";
import { FramingError } from "../errors/errors.ts";
import type { Bytes } from "../model/bytes.ts";
import { type Codec, MalformedFrame } from "./codec.ts";
import { type DecoderOptions, FrameDecoder } from "./decoder.ts";
import { gapOf } from "./gap.ts";
import { copyOf } from "./index-of.ts";
import type { FrameRange, Sendable, SplitOptions } from "./message-codec.ts";
import { decodeTransform, encodeTransform } from "./node-transforms.ts";
import type { Fault, Splitter } from "./splitter.ts";
import type { DecodeOptions } from "./stream-decoder.ts";
import { createDecodeStream, createEncodeStream, type FrameStream } from "./web-transforms.ts";

const SPLIT: OptionSpec = { known: ["line"] };

/**
 * The format of messages in a stream of bytes, and their type: text for `string`, else bytes. Made
 * by `lines()`, `slip()` and the other functions of `anyserial/framing`. A value without a state:
 * one may serve any number of ports.
 */
export class Framing<M extends string | Uint8Array = string | Bytes> {
  readonly #codec: Codec<M>;

  /** Only a function such as `lines()` makes one. */
  constructor(made: never);
  /** @internal */
  constructor(codec: Codec<M>);
  constructor(codec: Codec<M>) {
    if (codec?.createSplitter === undefined)
      throw madeBy("Framing", "lines(), slip(), custom(…), …");
    this.#codec = codec;
    Object.freeze(this);
  }

  /** Name of the function that made it. */
  get kind(): string {
    return this.#codec.kind;
  }

  /** Most bytes of a message on the line, delimiters included. */
  get maxLength(): number {
    return this.#codec.maxLength;
  }

  /**
   * Begins to search a stream for messages. A found message is unchanged, delimiters included:
   * {@link Framing.decode} takes the payload out.
   *
   * @param options.line Settings of the line, for `idleGap({ characters })`.
   * @returns The splitter; it has the state of one stream.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
   */
  split(options: SplitOptions = {}): Splitter {
    checkOptions(options, SPLIT);
    return this.#codec.createSplitter(gapOf(options.line));
  }

  /**
   * Takes the payload out of one message.
   *
   * @param frame The message as it came, delimiters included.
   * @returns Text, or bytes that are the caller's to keep.
   * @throws `FramingError` — it is no message of this framing, or its checksum is wrong.
   */
  decode(frame: Uint8Array): M {
    const bytes = bytesOf("frame", frame);
    this.forget();
    const message = this.read(bytes, { start: 0, end: bytes.length });
    this.forget();
    if (message !== undefined) return message;
    throw this.error({ code: "ERR_SERIAL_FRAME", state: "there is no message in it" }, bytes);
  }

  /**
   * Makes the bytes to send of a message.
   *
   * @param message Text, or bytes, as the framing has it.
   * @returns The bytes, the caller's to keep.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — it is neither, or the other side would not
   *   receive it as it is: it has a delimiter in it, or is too long.
   */
  encode(message: Sendable<M>): Bytes {
    return this.#codec.encode(message);
  }

  /**
   * Decodes chunks by calling functions, where no port and no stream is at hand.
   *
   * @param options What to call.
   * @returns Takes the chunks.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
   */
  decoder(options: DecoderOptions<M>): FrameDecoder<M> {
    return new FrameDecoder(this, options);
  }

  /**
   * Decodes a WHATWG stream: `port.readable.pipeThrough(framing.decodeStream())`. Bytes of a message that
   * has no end when the stream ends are an error, too.
   *
   * @param options.onError Called for each `FramingError`, and the stream continues; without it the
   *   stream fails with the first.
   * @param options.line Settings of the line, for `idleGap({ characters })`.
   * @returns A pair of streams as `pipeThrough()` takes it; it reads no further than is asked for.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
   */
  decodeStream(options: DecodeOptions = {}): FrameStream<M, Uint8Array> {
    return createDecodeStream(this, options);
  }

  /** Encodes a WHATWG stream of messages, to be piped to `port.writable`. */
  encodeStream(): FrameStream<Bytes, Sendable<M>> {
    return createEncodeStream(this);
  }

  /**
   * Decodes a Node stream: `port.toDuplex().pipe(framing.decodeTransform())`.
   *
   * @param options.onError Called for each `FramingError`, and the stream continues; without it the
   *   stream fails with the first.
   * @param options.line Settings of the line, for `idleGap({ characters })`.
   * @returns A `Transform` that gives one message a chunk, in object mode.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
   */
  decodeTransform(options: DecodeOptions = {}): Transform {
    return decodeTransform(this, options);
  }

  /** Encodes a Node stream of messages: a `Transform` that takes one message a chunk, in object mode. */
  encodeTransform(): Transform {
    return encodeTransform(this);
  }

  /** @internal Whether another one finds and reads the same messages. */
  isLike(other: Framing<string | Uint8Array>): boolean {
    if (!(#codec in other)) return false; // of another copy of this package
    const [own, others] = [this.#codec, other.#codec];
    if (own.kind !== others.kind || own.maxLength !== others.maxLength) return false;
    if (own.parts.length !== others.parts.length) return false;
    return own.parts.every((part, index) => Object.is(part, others.parts[index]));
  }

  /**
   * @internal
   * @returns The message in a range, `undefined` where there is none.
   * @throws `FramingError` — it is malformed.
   */
  read(bytes: Uint8Array, { start, end, path }: FrameRange): M | undefined {
    try {
      return this.#codec.decode(bytes, start, end);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      throw this.error(error.fault, bytes.subarray(start, end), path);
    }
  }

  /** @internal Bytes that were read may change from here on. */
  forget(): void {
    this.#codec.forget?.();
  }

  /** @internal The error for bytes that are no message. */
  error(fault: Fault, bytes: Uint8Array, path?: string): FramingError {
    const message = `Cannot decode a message of "${this.kind}": ${fault.state}`;
    const { code, cause, seen = bytes } = fault;
    const details = { code, path, operation: "decode", bytes: copyOf(seen), hint: hintFor(code) };
    return new FramingError(message, cause === undefined ? details : { ...details, cause });
  }
}

function hintFor(code: string): string {
  return (
    HINTS[code] ??
    "inspect error.bytes, and check that rate and framing are those of the sender; reading continues with the next message"
  );
}

const HINTS: Readonly<Record<string, string>> = {
  ERR_SERIAL_FRAME_TOO_LONG:
    "raise maxLength if the sender does send such messages; else check its framing",
  ERR_SERIAL_CHECKSUM: "ask for the message again, or check which checksum the sender computes",
  ERR_SERIAL_INCOMPLETE: "inspect error.bytes: the stream ended within a message",
};
