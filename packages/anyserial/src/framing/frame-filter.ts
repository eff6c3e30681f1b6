// From a splitter's findings to a reader's input: messages, and one error for bytes that are none,
// however many pieces they come in. Pure.

import { tooLong } from "./fault.ts";
import type { Fault, FrameSink, Splitter } from "./splitter.ts";

export interface FrameReader {
  /** A message as it came; valid during the call only. */
  frame(bytes: Uint8Array, start: number, end: number): void;
  /** Bytes that are no message; valid during the call only. */
  fault(fault: Fault, bytes: Uint8Array): void;
}

/** Leaves out the rest of a message that was reported. */
export class FrameFilter implements FrameSink {
  readonly #splitter: Splitter;
  readonly #maxLength: number;
  readonly #reader: FrameReader;
  /** The message is too long, and more of it comes. */
  #isTooLong = false;
  /** No message has come since a fault was reported. */
  #isFaulty = false;

  constructor(splitter: Splitter, maxLength: number, reader: FrameReader) {
    this.#splitter = splitter;
    this.#maxLength = maxLength;
    this.#reader = reader;
  }

  /** The pending bytes are a message that has no end yet, and that was not reported. */
  get isInside(): boolean {
    return this.#splitter.hasBegun && !this.#isTooLong;
  }

  message(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isTooLong) {
      this.#isTooLong = false;
      return;
    }
    this.#isFaulty = false;
    this.#reader.frame(bytes, start, end);
  }

  piece(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isTooLong) return;
    this.#isTooLong = true;
    this.#reader.fault(tooLong(this.#maxLength), bytes.subarray(start, end));
  }

  noise(bytes: Uint8Array, start: number, end: number): void {
    const isRest = this.#isTooLong || this.#isFaulty;
    this.#isTooLong = false;
    const { fault } = this.#splitter;
    if (fault === undefined || isRest) return;
    this.#isFaulty = true;
    this.#reader.fault(fault, bytes.subarray(start, end));
  }
}
