// Streams for framings: cut anywhere, and their messages.

import { FramingError } from "anyserial";
import type { Framing } from "anyserial/framing";
import fc from "fast-check";

/** A result: a message, or the code of an error. */
export type Outcome = string | { readonly error: string };

/** Decodes chunks; silence ends the stream where silence ends a message. */
export function decodeAll<M extends string | Uint8Array>(
  framing: Framing<M>,
  chunks: readonly Uint8Array[],
): Outcome[] {
  const outcomes: Outcome[] = [];
  const decoder = framing.decoder({
    line: { baudRate: 9600 },
    onMessage: (message) => outcomes.push(shown(message)),
    onError: (error) => outcomes.push({ error: error.code }),
  });
  for (const chunk of chunks) decoder.push(chunk);
  decoder.end();
  return outcomes;
}

/** Bytes as text of the characters 0 to 255. */
export function shown(message: string | Uint8Array): string {
  return typeof message === "string" ? message : Buffer.from(message).toString("latin1");
}

/** Text of the characters 0 to 255 as bytes. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

/** Where to cut. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 1, max: 20 }), {
  maxLength: 60,
});

/** Cuts a stream; the rest is the last chunk. */
export function cutUp(stream: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths) {
    chunks.push(stream.subarray(at, at + length));
    at += length;
  }
  return [...chunks, stream.subarray(at)].filter(({ length }) => length > 0);
}

/** Every byte a chunk. */
export function oneByOne(stream: Uint8Array): Uint8Array[] {
  return Array.from(stream, (byte) => Uint8Array.of(byte));
}

/** Code of the error that a call throws. */
export function codeOf(call: () => unknown): string {
  try {
    call();
    return "none";
  } catch (error) {
    return error instanceof FramingError ? error.code : String(error);
  }
}
