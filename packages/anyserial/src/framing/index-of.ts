// Finds and copies bytes. Pure.

import type { Bytes } from "../model/bytes.ts";

/** A search through fewer bytes is faster here than in the engine. */
const FEW = 48;

/**
 * Finds a byte.
 *
 * @returns Its place, or -1.
 */
export function indexOfByte(bytes: Uint8Array, byte: number, from: number): number {
  if (bytes.length - from > FEW) return bytes.indexOf(byte, from);
  for (let at = from; at < bytes.length; at++) if (bytes[at] === byte) return at;
  return -1;
}

/**
 * Finds a sequence of at least one byte.
 *
 * @returns Where it begins, or -1.
 */
export function indexOfBytes(bytes: Uint8Array, sequence: Uint8Array, from: number): number {
  if (sequence.length === 1) return indexOfByte(bytes, sequence[0] as number, from);
  return bufferOf(bytes).indexOf(sequence, from);
}

/** One Buffer for all messages of a chunk. */
const buffers = new WeakMap<Uint8Array, Buffer>();

/** Views memory as a Buffer, which gives text and searches without another view. */
export function bufferOf(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  let buffer = buffers.get(bytes);
  if (buffer === undefined) {
    buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    buffers.set(bytes, buffer);
  }
  return buffer;
}

/** Copies a range: `slice()` of a Buffer does not. */
export function copyOf(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Bytes {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}

/** The same memory up to an end: the view that is searched fast where there are many bytes. */
export function upTo(bytes: Uint8Array, end: number, from: number): Uint8Array {
  const memory = end - from > FEW ? bufferOf(bytes) : bytes;
  return memory.length === end ? memory : memory.subarray(0, end);
}
