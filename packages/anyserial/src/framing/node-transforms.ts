// A framing as Node streams.

import { Transform, type TransformCallback } from "node:stream";
import { FrameDecoder } from "./decoder.ts";
import type { Decoding, Encoding, Sendable } from "./message-codec.ts";
import { checkDecodeOptions, type DecodeOptions } from "./stream-decoder.ts";

/** Decodes: chunks in, messages out. */
export function decodeTransform<M extends string | Uint8Array>(
  framing: Decoding<M>,
  options: DecodeOptions,
): Transform {
  return new DecodeTransform(framing, checkDecodeOptions(options));
}

class DecodeTransform<M extends string | Uint8Array> extends Transform {
  readonly #decoder: FrameDecoder<M>;
  /** The error that the stream fails with. */
  #error: Error | undefined;

  constructor(framing: Decoding<M>, { onError, line }: DecodeOptions) {
    super({ readableObjectMode: true });
    this.#decoder = new FrameDecoder(framing, {
      line,
      onMessage: (message) => {
        if (this.#error === undefined) this.push(message);
      },
      onError: onError ?? ((error) => this.#fail(error)),
    });
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#run(() => this.#decoder.push(chunk), done);
  }

  override _flush(done: TransformCallback): void {
    this.#run(() => this.#decoder.end(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#decoder.stop();
    done(error);
  }

  #run(work: () => void, done: TransformCallback): void {
    try {
      work();
      done(this.#error);
    } catch (error) {
      done(error as Error); // of the caller's onError
    }
  }

  /** Between chunks, silence ends a message. */
  #fail(error: Error): void {
    this.#error ??= error;
    if (this.writableLength === 0 && !this.writableEnded) this.destroy(error);
  }
}

/** Encodes: messages in, bytes out. */
export function encodeTransform<M extends string | Uint8Array>(framing: Encoding<M>): Transform {
  return new Transform({
    writableObjectMode: true,
    transform: (message: Sendable<M>, _encoding, done) => {
      try {
        done(null, framing.encode(message));
      } catch (error) {
        done(error as Error); // always an Error, from the framing
      }
    },
  });
}
