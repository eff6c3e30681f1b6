// Messages between two marks. Pure.

import { upTo } from "./index-of.ts";
import type { FrameSink, Range } from "./splitter.ts";
import { StartSplitter } from "./start-splitter.ts";

/** The marks around a message. */
export interface Marks {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  /** The byte behind it is no mark; `undefined` where there is none. */
  readonly prefix: number | undefined;
  /** Bytes behind the end that belong to the message. */
  readonly after: number;
}

const RESTARTED = {
  code: "ERR_SERIAL_FRAME",
  state: "the next one begins before its end",
};

/** Splits at an end that comes after a start. */
export class StartEndSplitter extends StartSplitter {
  readonly #marks: Marks;
  /** The start of the pending message was found. */
  #isInside = false;

  constructor(maxLength: number, marks: Marks) {
    super(maxLength, marks.start);
    this.#marks = marks;
  }

  protected override get undecided(): number {
    const { start, end, after } = this.#marks;
    return start.length + end.length + after;
  }

  protected override scan(bytes: Uint8Array, { start, end }: Range, sink: FrameSink): number {
    const { end: close, after } = this.#marks;
    const all = upTo(bytes, end, end); // searched byte by byte
    let first = start;
    while (first < end) {
      if (!this.#isInside) {
        const at = this.findStart(bytes, { start: first, end }, sink);
        if (at < 0) return -1 - at;
        first = at;
        this.#isInside = true;
        this.searched = this.mark.length;
      }
      const at = this.#findMark(all, first + this.searched);
      this.searched = at - first;
      const ending = match(all, close, at);
      if (ending === PARTLY || (ending === NOT && match(all, this.mark, at) !== WHOLLY)) break;
      const next = ending === WHOLLY ? at + close.length + after : at;
      if (next > end) break;
      if (ending === WHOLLY) this.emit(sink, bytes, { start: first, end: next });
      else this.#restart(sink, bytes, { start: first, end: at });
      this.#isInside = false;
      this.searched = 0;
      first = next;
    }
    return first;
  }

  /** @returns Where a mark is, or where the bytes begin that may be one; else the end. */
  #findMark(all: Uint8Array, from: number): number {
    const { start, end, prefix } = this.#marks;
    const [opening, closing] = [start[0], end[0]];
    for (let at = from; at < all.length; at++) {
      const byte = all[at];
      if (byte === prefix) {
        if (at + 1 === all.length) return at;
        at++;
      } else if (byte === closing || byte === opening) {
        if (match(all, end, at) !== NOT || match(all, start, at) !== NOT) return at;
      }
    }
    return all.length;
  }

  /** The message was cut off: the rest of it is no message. */
  #restart(sink: FrameSink, bytes: Uint8Array, { start, end }: Range): void {
    let at = start;
    for (; end - at > this.maxLength; at += this.maxLength) {
      sink.piece(bytes, at, at + this.maxLength);
    }
    this.emitFault(sink, bytes, { start: at, end, fault: RESTARTED });
  }

  protected override reset(): void {
    super.reset();
    this.#isInside = false;
  }
}

const NOT = 0;
const PARTLY = 1;
const WHOLLY = 2;

/** Returns whether a mark is at a place, or its beginning at the end of the received bytes. */
function match(all: Uint8Array, mark: Uint8Array, at: number): number {
  const most = Math.min(mark.length, all.length - at);
  for (let index = 0; index < most; index++) if (all[at + index] !== mark[index]) return NOT;
  if (most === mark.length) return WHOLLY;
  return most > 0 ? PARTLY : NOT;
}
