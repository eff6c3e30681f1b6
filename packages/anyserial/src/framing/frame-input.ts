// The messages of one port, as they came: found, and not taken yet. Pure.

import { FrameFilter } from "./frame-filter.ts";
import type { Framing } from "./framing.ts";
import type { LineSettings } from "./gap.ts";
import { copyOf } from "./index-of.ts";
import type { Fault, Splitter } from "./splitter.ts";

/** Any framing, where it does not matter what its messages are. */
export type AnyFraming = Framing<string | Uint8Array>;

/** A message as it came, or bytes that are none: a range of memory that all messages of a chunk share. */
export interface Frame {
  /** Place in the row of all messages of the port. */
  readonly index: number;
  readonly memory: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly fault: Fault | undefined;
}

/** The bytes of a frame. */
export function bytesOfFrame({ memory, start, end }: Frame): Uint8Array {
  return memory.subarray(start, end);
}

/**
 * Unpacks a frame.
 *
 * @returns `undefined` where there is no message in it.
 * @throws `FramingError` — it is malformed.
 */
export function readFrame<M extends string | Uint8Array>(
  framing: Framing<M>,
  frame: Frame,
  path: string,
): M | undefined {
  const { memory, start, end, fault } = frame;
  if (fault !== undefined) throw framing.error(fault, bytesOfFrame(frame), path);
  return framing.read(memory, { start, end, path });
}

/** A range that a splitter has found, in memory that changes. */
interface Found {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly fault: Fault | undefined;
}

/** Finds the messages of one port by one framing. */
export class FrameInput {
  readonly framing: AnyFraming;
  readonly #splitter: Splitter;
  readonly #filter: FrameFilter;
  #count = 0;
  #found: Found[] = [];

  constructor(framing: AnyFraming, line: (() => LineSettings) | undefined) {
    this.framing = framing;
    this.#splitter = framing.split({ line });
    this.#filter = new FrameFilter(this.#splitter, framing.maxLength, {
      frame: (bytes, start, end) => {
        this.#found.push({ bytes, start, end, fault: undefined });
      },
      fault: (fault, bytes) => {
        this.#found.push({ bytes: copyOf(bytes), start: 0, end: bytes.length, fault });
      },
    });
  }

  /** Silence that ends the pending message, in milliseconds. */
  get gapMs(): number | undefined {
    return this.#splitter.gapMs;
  }

  /** A message waits for silence. */
  get awaitsSilence(): boolean {
    return this.#splitter.pending > 0 && this.#splitter.gapMs !== undefined;
  }

  /** Index of the first message that has not begun yet. */
  get nextIndex(): number {
    return this.#count + (this.#filter.isInside ? 1 : 0);
  }

  /** Takes a chunk. @returns The messages that end in it. */
  push(chunk: Uint8Array): readonly Frame[] {
    this.#splitter.push(chunk, this.#filter);
    return this.#takeFound();
  }

  /** The line was silent. @returns The message that this ends. */
  finish(): readonly Frame[] {
    this.#splitter.finish(this.#filter);
    return this.#takeFound();
  }

  /** Forgets the pending bytes. @returns These bytes. */
  take(): Uint8Array {
    return copyOf(this.#splitter.take());
  }

  /** Bytes of a message that had begun when the stream ended. */
  takeIncomplete(): Uint8Array | undefined {
    const { isInside } = this.#filter;
    const bytes = this.take();
    return isInside ? bytes : undefined;
  }

  /** Unpacks one, as {@link readFrame}. */
  read(frame: Frame, path: string): string | Uint8Array | undefined {
    return readFrame(this.framing, frame, path);
  }

  /** Copies the memory of all messages of a chunk at once. */
  #takeFound(): readonly Frame[] {
    if (this.#found.length === 0) return NONE;
    const found = this.#found;
    this.#found = [];
    const frames: Frame[] = [];
    for (let at = 0; at < found.length; ) at = this.#copyRun(found, at, frames);
    return frames;
  }

  /** Messages behind one another in the same memory. @returns Index of the first one that is not. */
  #copyRun(found: readonly Found[], from: number, frames: Frame[]): number {
    const { bytes, start: base } = found[from] as Found;
    let to = from + 1;
    while (found[to]?.bytes === bytes) to++;
    const memory = copyOf(bytes, base, (found[to - 1] as Found).end);
    for (let at = from; at < to; at++) {
      const { start, end, fault } = found[at] as Found;
      frames.push({ index: this.#count++, memory, start: start - base, end: end - base, fault });
    }
    return to;
  }
}

const NONE: readonly Frame[] = [];
