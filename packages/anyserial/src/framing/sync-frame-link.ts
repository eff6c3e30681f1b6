// One blocking port that is read message by message.

import { SerialDisconnectedError } from "../errors/errors.ts";
import { clockMs } from "../process/timers.ts";
import { join } from "./codec.ts";
import { type AnyFraming, bytesOfFrame, type Frame, FrameInput } from "./frame-input.ts";
import { lineOf } from "./frame-source.ts";
import type { LineSettings } from "./gap.ts";
import { Unread } from "./unread.ts";

/** Options of a call that may block. */
export interface Blocking {
  /**
   * Longest time to block, in milliseconds, 0 or more.
   * @defaultValue `Infinity`
   */
  readonly timeoutMs?: number | undefined;
}

/** A blocking port. */
export interface SyncFrameSource {
  /** Path to name in errors. */
  readonly path: string;
  /** Settings of its line. */
  readonly config: LineSettings;
  /** Blocks until there is a byte; a `TimeoutError` when there is none in time. */
  receive(options: Blocking): Uint8Array;
  /** Blocks until the port has taken all bytes. */
  send(data: Uint8Array, options: Blocking): void;
}

/** The messages of one blocking port. */
export class SyncFrameLink {
  readonly source: SyncFrameSource;
  #input: FrameInput | undefined;
  unread: Unread = new Unread();
  /** Silence that the next request waits for, in milliseconds. */
  lateMs = 0;

  constructor(source: SyncFrameSource) {
    this.source = source;
  }

  /** Reads by a framing from now on. */
  use(framing: AnyFraming): FrameInput {
    if (this.#input?.framing.isLike(framing)) return this.#input;
    const parts: Uint8Array[] = [];
    for (let frame = this.unread.shift(); frame !== undefined; frame = this.unread.shift()) {
      if (frame.fault === undefined) parts.push(bytesOfFrame(frame));
    }
    if (this.#input !== undefined) parts.push(this.#input.take());
    const input = new FrameInput(framing, lineOf(this.source));
    this.#input = input;
    this.unread = new Unread();
    for (const frame of input.push(join(parts))) this.unread.add(frame, framing.maxLength);
    return input;
  }

  /** Blocks until something comes. @returns Messages that end; `undefined` when the time is over. */
  read(input: FrameInput, deadline: number): readonly Frame[] | undefined {
    const gapMs = input.awaitsSilence ? (input.gapMs ?? 0) : Number.POSITIVE_INFINITY;
    const leftMs = Math.max(0, deadline - clockMs());
    try {
      return input.push(this.source.receive({ timeoutMs: Math.min(gapMs, leftMs) }));
    } catch (error) {
      if (!isTimeout(error)) throw withIncomplete(error, input);
      return gapMs <= leftMs ? input.finish() : undefined;
    }
  }
}

/** Whether the time of a call is over. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

function withIncomplete(error: unknown, input: FrameInput): unknown {
  if (!(error instanceof SerialDisconnectedError)) return error;
  const incomplete = input.takeIncomplete();
  return incomplete === undefined ? error : Object.assign(error, { incomplete });
}
