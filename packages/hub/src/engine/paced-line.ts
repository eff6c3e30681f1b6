// The pace of the line to one member: how many waiting bytes may go out now, and when the next ones
// may. The rate is read whenever it is used, since an application changes it without an event.

import type { LineConfig } from "../model/types.ts";
import { LineModel } from "./line-model.ts";
import type { Queue } from "./queue.ts";
import type { Clock } from "./stall-watch.ts";

/** Dependencies of a paced line. */
export interface PacedLineParts {
  readonly clock: Clock;
  /** Time of one byte at the rate that the application has set, in milliseconds; 0 for no limit. */
  readonly byteMs: () => number;
}

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

  /** A timer is set: it sends the bytes on the line. */
  get isTimed(): boolean {
    return this.#stopTimer !== undefined;
  }

  /** Takes a message. @returns The bytes that arrive, and when; `undefined` when they are lost. */
  admit(message: Uint8Array): { readonly bytes: Uint8Array; readonly due: number } | undefined {
    const due = this.#model.admit(this.#parts.clock.now());
    return due === undefined ? undefined : { bytes: this.#model.corrupt(message), due };
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
