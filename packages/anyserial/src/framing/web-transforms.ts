// A framing as WHATWG streams. They read no further than requested, and an error comes after the
// messages in front of it: a stream that fails forgets what it holds, so it must be empty then.

import {
  ReadableStream as NodeReadableStream,
  WritableStream as NodeWritableStream,
  type ReadableStreamDefaultController,
  TransformStream,
  type WritableStreamDefaultController,
} from "node:stream/web";
import type { Bytes } from "../model/bytes.ts";
import { FrameDecoder } from "./decoder.ts";
import type { Decoding, Encoding, Sendable } from "./message-codec.ts";
import { checkDecodeOptions, type DecodeOptions } from "./stream-decoder.ts";

/** Two ends of a stream, for `pipeThrough()`; for code with the types of the DOM, of Node.js, or both. */
export interface FrameStream<R, W> {
  /** Output of the stream. */
  readonly readable: NodeReadableStream<R> & ReadableStream<R>;
  /** Input of the stream. */
  readonly writable: NodeWritableStream<W> & WritableStream<W>;
}

/** Decodes: chunks in, messages out. */
export function createDecodeStream<M extends string | Uint8Array>(
  framing: Decoding<M>,
  options: DecodeOptions,
): FrameStream<M, Uint8Array> {
  return new DecodeStream(framing, checkDecodeOptions(options));
}

/** Encodes: messages in, bytes out. */
export function createEncodeStream<M extends string | Uint8Array>(
  framing: Encoding<M>,
): FrameStream<Bytes, Sendable<M>> {
  return new TransformStream<Sendable<M>, Bytes>({
    transform: (message, controller) => controller.enqueue(framing.encode(message)),
  }) as FrameStream<Bytes, Sendable<M>>;
}

class DecodeStream<M extends string | Uint8Array> implements FrameStream<M, Uint8Array> {
  readonly readable: FrameStream<M, Uint8Array>["readable"];
  readonly writable: FrameStream<M, Uint8Array>["writable"];
  readonly #decoder: FrameDecoder<M>;
  /** Messages that were not requested yet: those of one chunk. */
  readonly #messages: M[] = [];
  #out: ReadableStreamDefaultController<M> | undefined;
  #in: WritableStreamDefaultController | undefined;
  /** How the stream ends when the messages are gone. */
  #end: { readonly error?: unknown } | undefined;
  /** A reader waits. */
  #asked: (() => void) | undefined;
  /** A writer waits. */
  #taken: (() => void) | undefined;

  constructor(framing: Decoding<M>, { onError, line }: DecodeOptions) {
    this.#decoder = new FrameDecoder(framing, {
      line,
      onMessage: (message) => this.#deliver(message),
      onError: onError ?? ((error) => this.#finish({ error })),
    });
    this.readable = new NodeReadableStream<M>(
      {
        start: (controller) => {
          this.#out = controller;
        },
        pull: () => this.#pull(),
        cancel: (reason) => this.#canceled(reason),
      },
      { highWaterMark: 0 },
    ) as FrameStream<M, Uint8Array>["readable"];
    this.writable = new NodeWritableStream<Uint8Array>({
      start: (controller) => {
        this.#in = controller;
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#close(),
      abort: (reason) => this.#aborted(reason),
    }) as FrameStream<M, Uint8Array>["writable"];
  }

  async #write(chunk: Uint8Array): Promise<void> {
    this.#decoder.push(chunk);
    if (this.#messages.length > 0) {
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
      });
    }
  }

  #close(): void {
    this.#decoder.end();
    this.#finish({});
  }

  #aborted(reason: unknown): void {
    this.#decoder.stop();
    this.#finish({ error: reason });
  }

  #canceled(reason: unknown): void {
    this.#decoder.stop();
    this.#messages.length = 0;
    this.#end ??= {};
    this.#in?.error(reason);
    this.#taken?.();
  }

  #deliver(message: M): void {
    if (this.#end !== undefined) return;
    this.#messages.push(message);
    this.#answer();
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    if ("error" in end) this.#in?.error(end.error);
    this.#answer();
  }

  #pull(): Promise<void> | undefined {
    if (this.#step()) return undefined;
    return new Promise((resolve) => {
      this.#asked = resolve;
    });
  }

  /** Serves a reader that waits. */
  #answer(): void {
    if (this.#asked === undefined || !this.#step()) return;
    this.#asked();
    this.#asked = undefined;
  }

  /** Gives one message, or the end. @returns `false` where there is neither. */
  #step(): boolean {
    const message = this.#messages.shift();
    if (message !== undefined) this.#out?.enqueue(message);
    else if (this.#end === undefined) return false;
    else if ("error" in this.#end) this.#out?.error(this.#end.error);
    else this.#out?.close();
    if (this.#messages.length === 0) this.#taken?.();
    return true;
  }
}
