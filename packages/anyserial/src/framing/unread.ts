// Messages without a receiver: as many as fit, the newest. Pure.

import { bytesOfFrame, type Frame } from "./frame-input.ts";
import { copyOf } from "./index-of.ts";

/** Bytes that are kept, beside a few messages of the greatest length. */
const MOST_BYTES = 1024 * 1024;
const MOST_LENGTHS = 4;
/** Memory that a message takes beside its bytes, about. */
const OVERHEAD_BYTES = 64;

/** A bounded row. */
export class Unread {
  #frames: Frame[] = [];
  #at = 0;
  #bytes = 0;
  /** Frames at the end that {@link Unread.compact} has not checked. */
  #fresh = 0;
  /** Messages that were dropped to make room. */
  dropped = 0;

  add(frame: Frame, maxLength: number): void {
    this.#frames.push(frame);
    this.#fresh++;
    this.#bytes += sizeOf(frame);
    const most = Math.max(MOST_BYTES, MOST_LENGTHS * maxLength);
    while (this.#bytes > most && this.shift() !== undefined) this.dropped++;
  }

  /**
   * All messages of a chunk have been passed on or kept. Kept ones share its memory; where they
   * are a small part of it, they get memory of their own.
   */
  compact(): void {
    const from = Math.max(this.#at, this.#frames.length - this.#fresh);
    this.#fresh = 0;
    for (let at = from; at < this.#frames.length; ) {
      const { memory } = this.#frames[at] as Frame;
      let to = at;
      let bytes = 0;
      for (; this.#frames[to]?.memory === memory; to++) {
        bytes += sizeOf(this.#frames[to] as Frame);
      }
      if (bytes < memory.length / 2) this.#copy(at, to);
      at = to;
    }
  }

  #copy(from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const frame = this.#frames[at] as Frame;
      const memory = copyOf(bytesOfFrame(frame));
      this.#frames[at] = { ...frame, memory, start: 0, end: memory.length };
    }
  }

  /** Takes the oldest one. */
  shift(): Frame | undefined {
    const frame = this.#frames[this.#at];
    if (frame === undefined) return undefined;
    this.#at++;
    this.#bytes -= sizeOf(frame);
    if (this.#at * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#at);
      this.#at = 0;
    }
    return frame;
  }

  /** Puts one back that could not be used. */
  unshift(frame: Frame): void {
    this.#frames = [frame, ...this.#frames.slice(this.#at)];
    this.#at = 0;
    this.#bytes += sizeOf(frame);
  }
}

function sizeOf({ start, end }: Frame): number {
  return end - start + OVERHEAD_BYTES;
}
