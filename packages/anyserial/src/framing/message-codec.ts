// The parts of a framing that decoders and streams use. Types only: a framing makes them, and they must not import it.

import type { FramingError } from "../errors/errors.ts";
import type { Bytes } from "../model/bytes.ts";
import type { LineSettings } from "./gap.ts";
import type { Fault, Splitter } from "./splitter.ts";

/** Messages that a framing sends: text, or bytes. */
export type Sendable<M extends string | Uint8Array> = M extends string
  ? string
  : ArrayBufferView | ArrayBufferLike;

/** Options of `Framing.split()`. */
export interface SplitOptions {
  /** Settings of the line, where the framing counts silence in characters. */
  readonly line?: LineSettings | (() => LineSettings) | undefined;
}

/** Where a message lies, and the port that it came from. */
export interface FrameRange {
  readonly start: number;
  readonly end: number;
  readonly path?: string | undefined;
}

/** Messages out of bytes. */
export interface Decoding<M> {
  /** Most bytes of a message on the line. */
  readonly maxLength: number;
  /** Finds messages in one stream. */
  split(options?: SplitOptions): Splitter;
  /** @returns The message in a range, `undefined` where there is none. */
  read(bytes: Uint8Array, range: FrameRange): M | undefined;
  /** Bytes that were read may change from here on. */
  forget(): void;
  /** The error for bytes that are no message. */
  error(fault: Fault, bytes: Uint8Array, path?: string): FramingError;
}

/** Bytes out of messages. */
export interface Encoding<M extends string | Uint8Array> {
  encode(message: Sendable<M>): Bytes;
}
