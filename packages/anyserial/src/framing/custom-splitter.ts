// Messages that a function of the caller's finds. Pure.

import { isIntegerIn, shown } from "../arguments/validate.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { tooLong } from "./fault.ts";
import { copyOf } from "./index-of.ts";
import { BaseSplitter, type Fault, type FrameSink, type Range } from "./splitter.ts";

/**
 * Finds the first message.
 *
 * @param bytes The received bytes, from the beginning of a message on; at most `maxLength` bytes.
 *   Valid during the call only.
 * @param searchedBytes Bytes of it for which the function has answered 0 before.
 * @returns Length of the message in bytes, 0 where more bytes are needed, or an error where no
 *   message begins: the search continues at the next byte. An error that the function throws is
 *   treated the same.
 */
export type FindMessage = (bytes: Uint8Array, searchedBytes: number) => number | Error;

/** Splits where a function says. */
export class CustomSplitter extends BaseSplitter {
  readonly #find: FindMessage;
  /** Bytes that the pending message still has, once its length is known; 0 before. */
  #left = 0;

  constructor(maxLength: number, find: FindMessage) {
    super(maxLength);
    this.#find = find;
  }

  protected override scan(bytes: Uint8Array, { start, end }: Range, sink: FrameSink): number {
    let first = start;
    while (first < end) {
      if (this.#left === 0) {
        const seen = bytes.subarray(first, Math.min(end, first + this.maxLength));
        const answer = this.#ask(seen);
        if (typeof answer !== "number") {
          const next = first + 1;
          this.emitFault(sink, bytes, { start: first, end: next, fault: answer });
          first = next;
          this.searched = 0;
          continue;
        }
        this.#left = answer;
        this.searched = answer === 0 ? seen.length : 0;
        if (answer === 0 && seen.length === this.maxLength) {
          const fault = tooLong(this.maxLength);
          this.emitFault(sink, bytes, { start: first, end: first + this.maxLength, fault });
          first += this.maxLength;
          this.searched = 0;
          continue;
        }
        if (answer === 0) return first;
      }
      const next = first + this.#left;
      if (next > end) return first;
      this.#left = 0;
      this.emit(sink, bytes, { start: first, end: next });
      first = next;
    }
    return first;
  }

  #ask(seen: Uint8Array): number | Fault {
    try {
      const answer = this.#find(seen, this.searched);
      if (isIntegerIn(answer, 0, Number.MAX_SAFE_INTEGER)) return answer;
      if (answer instanceof Error) return noMessage(answer, seen);
      const message = `The function of custom() returned ${shown(answer)}: neither a length nor an error`;
      return noMessage(new ConfigurationError(message, { code: "ERR_INVALID_ARG_VALUE" }), seen);
    } catch (error) {
      return noMessage(error, seen);
    }
  }

  protected override reset(): void {
    super.reset();
    this.#left = 0;
  }

  protected override passed(count: number): void {
    this.#left -= count;
  }
}

function noMessage(cause: unknown, seen: Uint8Array): Fault {
  const state = cause instanceof Error ? cause.message : shown(cause);
  return { code: "ERR_SERIAL_FRAME", state, cause, seen: copyOf(seen) };
}
