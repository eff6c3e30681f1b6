// The pace of the line to one member: how many waiting bytes may go out now, and when the next ones
// may. The rate is read whenever it is used, since an application changes it without an event.

import type { LineConfig } from "../model/types.ts";
import type { Altered, BrokenByte } from "./broken-bytes.ts";
import { isLineModelled, LineModel } from "./line-model.ts";
import type { Queue } from "./queue.ts";
import type { Clock } from "./stall-watch.ts";

/** Dependencies of a paced line. */
export interface PacedLineParts {
  readonly clock: Clock;
  /** Time of one byte at the rate that the application has set, in milliseconds; 0 for no limit. */
  readonly byteMs: () => number;
  /** Parity of a member whose port shows broken characters; `undefined` for the others. */
  readonly parity?: (() => string) | undefined;
}

const NONE: readonly BrokenByte[] = [];

/** A line with its clock. */
export class PacedLine {
  readonly #model: LineModel;
  readonly #isPaced: boolean;
  readonly #parts: PacedLineParts;
  #byteMs = 0;
  #stopTimer: (() => void) | undefined;

  constructor(line: LineConfig, parts: PacedLineParts) {
    this.#model = new LineModel(line);
    this.#isPaced = line.pace === true;
    this.#parts = parts;
  }

  /** Makes it; `undefined` where bytes pass as they are. */
  static of(line: LineConfig, parts: PacedLineParts): PacedLine | undefined {
    const isModelled = isLineModelled(line) || parts.parity !== undefined;
    return isModelled ? new PacedLine(line, parts) : undefined;
  }

  /** A timer is set: it sends the bytes on the line. */
  get isTimed(): boolean {
    return this.#stopTimer !== undefined;
  }

  /** Takes a message. @returns The bytes that arrive, and when; `undefined` when they are lost. */
  admit(message: Altered): (Altered & { readonly due: number }) | undefined {
    const due = this.#model.admit(this.#parts.clock.now());
    if (due === undefined) return undefined;
    const { bytes, broken = NONE } = message;
    const parity = this.#parts.parity?.();
    if (parity === undefined) return { bytes: this.#model.corrupt(bytes), due };
    const wrong = this.#model.corruptCharacters(bytes, parity !== "none");
    const { broken: more = NONE } = wrong;
    if (broken.length === 0) return { ...wrong, due };
    const all = [...more.filter(({ at }) => broken.every((one) => one.at !== at)), ...broken];
    return { bytes: wrong.bytes, broken: all.sort((one, other) => one.at - other.at), due };
  }

  /** The bytes of a queue that may go out now. */
  ready(queue: Queue): Uint8Array {
    const now = this.#parts.clock.now();
    const bytes = queue.peek(now);
    if (this.#isPaced) this.#byteMs = this.#parts.byteMs();
    const most = this.#model.allowance(now, this.#byteMs);
    return bytes.length <= most ? bytes : bytes.subarray(0, Math.max(0, most));
  }

  /** Takes note of bytes that went out. */
  passed(count: number): void {
    this.#model.passed(count, this.#parts.clock.now(), this.#byteMs);
  }

  /** Calls back when more of the queue may go out; one call at a time. */
  later(queue: Queue, flush: () => void): void {
    if (this.#stopTimer !== undefined) return;
    const waitMs = (queue.nextDue ?? 0) - this.#parts.clock.now();
    this.#stopTimer = this.#parts.clock.after(Math.max(waitMs, this.#byteMs, 1), () => {
      this.#stopTimer = undefined;
      flush();
    });
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
