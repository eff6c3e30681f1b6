// A blocking port by messages: the result of framed() of a SyncSerialPort.

import { blocking } from "../arguments/blocking-options.ts";
import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, madeBy } from "../arguments/validate.ts";
import { FramingError } from "../errors/errors.ts";
import { clockMs } from "../process/timers.ts";
import type { AnyFraming, Frame, FrameInput } from "./frame-input.ts";
import { checkFraming } from "./frame-source.ts";
import type { Framing } from "./framing.ts";
import { type Gatherer, SingleAnswer, WholeAnswer } from "./gatherer.ts";
import type { Sendable } from "./message-codec.ts";
import {
  type AllAnswerOptions,
  ANSWER_ELSEWHERE,
  ANSWER_OPTIONS,
  type AnswerOptions,
  type AnswerRules,
  answerRules,
  longestWait,
  noAnswer,
  untilOf,
} from "./request-options.ts";
import {
  type Blocking,
  isTimeout,
  SyncFrameLink,
  type SyncFrameSource,
} from "./sync-frame-link.ts";

/** Options of {@link FramedSyncPort.request}. */
export interface SyncRequestOptions<M> extends Blocking, AnswerOptions<M> {}

/** Options of {@link FramedSyncPort.requestAll}. */
export interface SyncRequestAllOptions<M> extends Blocking, AllAnswerOptions<M> {}

const TIMED = blocking("timeoutMs");
const WAITING = blocking(...ANSWER_OPTIONS, "timeoutMs");
const REQUEST: OptionSpec = {
  ...WAITING,
  elsewhere: { ...WAITING.elsewhere, ...ANSWER_ELSEWHERE },
  bare: { function: "accept" },
};
const REQUEST_ALL: OptionSpec = {
  ...REQUEST,
  known: [...REQUEST.known, "until"],
  bare: { function: "until" },
};

/** A device that always talks must not keep a request from being sent. */
const MOST_READS = 64;

/** Bytes that were read and not taken stay with their port. */
const links = new WeakMap<object, SyncFrameLink>();

/** Frames a blocking port. */
export function framedSync<M extends string | Uint8Array>(
  source: SyncFrameSource,
  framing: Framing<M>,
): FramedSyncPort<M> {
  checkFraming(framing);
  let link = links.get(source);
  if (link === undefined) {
    link = new SyncFrameLink(source);
    links.set(source, link);
  }
  return new FramedSyncPort(link, framing);
}

/** A blocking port by messages; as `FramedPort`, with a limit of time for each call. */
export class FramedSyncPort<M extends string | Uint8Array> {
  /** How messages are found. */
  readonly framing: Framing<M>;
  readonly #link: SyncFrameLink;

  /** Only `SyncSerialPort.framed()` makes one. */
  constructor(made: never, by: never);
  /** @internal */
  constructor(link: SyncFrameLink, framing: Framing<M>);
  constructor(link: SyncFrameLink, framing: Framing<M>) {
    if (!(link instanceof SyncFrameLink)) throw madeBy("FramedSyncPort", "port.framed(lines())");
    this.#link = link;
    this.framing = framing;
  }

  /** Path of the port. */
  get path(): string {
    return this.#link.source.path;
  }

  /** Messages that were dropped, since too many of them waited to be received. */
  get droppedMessages(): number {
    return this.#link.unread.dropped;
  }

  /**
   * Sends a message.
   *
   * @param message Text or bytes, as the framing has it.
   * @param options.timeoutMs Longest time to block, in milliseconds.
   * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the framing cannot send it.
   * @throws As `send()` of the port.
   */
  send(message: Sendable<M>, options: Blocking = {}): void {
    const timeoutMs = timeoutOf(options, TIMED);
    this.#link.source.send(this.framing.encode(message), { timeoutMs });
  }

  /**
   * Receives a message.
   *
   * @param options.timeoutMs Longest time to block, in milliseconds.
   * @returns A whole message.
   * @throws `DOMException` named `TimeoutError` — none came in time; bytes of one that were read are kept.
   * @throws `FramingError` — invalid bytes arrived; the next call continues behind them.
   * @throws `SerialDisconnectedError` — the device is gone; its `incomplete` holds the bytes of a message
   *   that had begun.
   */
  receive(options: Blocking = {}): M {
    const deadline = clockMs() + timeoutOf(options, TIMED);
    const input = this.#link.use(this.#any);
    for (;;) {
      const frame = this.#link.unread.shift();
      if (frame !== undefined) {
        const message = this.#read(input, frame);
        if (message !== undefined) return message;
        continue;
      }
      const frames = this.#link.read(input, deadline);
      if (frames === undefined) throw noAnswer(this.path, { retries: 0 });
      this.#keep(frames);
    }
  }

  /**
   * Asks and waits for the answer. A message that came before is no answer, and is kept for `receive()`.
   *
   * @param message What to send.
   * @param options.accept Returns whether a message is the answer.
   * @param options.retries How often to send again.
   * @param options.retryAfterMs Sends again after this many milliseconds without an answer.
   * @param options.discardStale Silence to wait for after a request without an answer.
   * @param options.timeoutMs Longest time to block for all of it, in milliseconds.
   * @returns The answer.
   * @throws As {@link FramedSyncPort.send} and {@link FramedSyncPort.receive}.
   */
  request(message: Sendable<M>, options: SyncRequestOptions<M> = {}): M {
    const deadline = clockMs() + timeoutOf(options, REQUEST);
    const rules = answerRules(options);
    const gather = (): SingleAnswer<M> => new SingleAnswer(rules.accept);
    return this.#ask({ message, deadline, rules, gather });
  }

  /**
   * Asks and waits for an answer of several messages. A message that came before is no answer, and is kept
   * for `receive()`.
   *
   * @param message What to send.
   * @param options.until Returns whether a message of the answer is its last one.
   * @param options.accept Returns whether a message is part of the answer.
   * @param options.retries How often to send again; messages that came before are left out.
   * @param options.retryAfterMs Sends again after this many milliseconds without a message of the
   *   answer.
   * @param options.discardStale Silence to wait for after a request without an answer.
   * @param options.timeoutMs Longest time to block for all of it, in milliseconds.
   * @returns The messages of the answer, the last one included.
   * @throws As {@link FramedSyncPort.request}; `FramingError` `ERR_SERIAL_FRAME_TOO_LONG` — 1 MiB has come and
   *   not the last message.
   */
  requestAll(message: Sendable<M>, options: SyncRequestAllOptions<M>): M[] {
    const deadline = clockMs() + timeoutOf(options, REQUEST_ALL);
    const rules = answerRules(options);
    const parts = { accept: rules.accept, until: untilOf(options) };
    const gather = (): WholeAnswer<M> =>
      new WholeAnswer({ ...parts, framing: this.framing, path: this.path });
    return this.#ask({ message, deadline, rules, gather });
  }

  #ask<R>({ message, deadline, rules, gather }: Question<M, R>): R {
    const bytes = this.framing.encode(message);
    const input = this.#link.use(this.#any);
    for (let left = rules.retries; ; left--) {
      this.#readEarlier(input, deadline);
      this.#link.lateMs = rules.quietMs;
      try {
        this.#link.source.send(bytes, { timeoutMs: Math.max(0, deadline - clockMs()) });
        const answer = this.#answer(input, gather(), { rules, deadline });
        if (left === rules.retries) this.#link.lateMs = 0;
        return answer;
      } catch (error) {
        const isRetried = error instanceof FramingError || isTimeout(error);
        if (left === 0 || !isRetried || clockMs() >= deadline) throw error;
      }
    }
  }

  #answer<R>(input: FrameInput, gatherer: Gatherer<M, R>, { rules, deadline }: Limits<M>): R {
    const first = input.nextIndex;
    const later = (): number => Math.min(deadline, clockMs() + (rules.retryAfterMs ?? Infinity));
    let until = later();
    for (;;) {
      const frames = this.#link.read(input, until);
      if (frames === undefined) throw noAnswer(this.path, rules);
      let at = 0;
      try {
        for (const frame of frames) {
          at++;
          const isTaken = frame.index >= first && this.#take(input, frame, gatherer);
          if (gatherer.answer !== undefined) return gatherer.answer;
          if (isTaken) until = later();
          else this.#keep([frame]);
        }
      } finally {
        this.#keep(frames.slice(at));
        this.#link.unread.compact();
      }
    }
  }

  #take<R>(input: FrameInput, frame: Frame, gatherer: Gatherer<M, R>): boolean {
    const message = this.#read(input, frame);
    return message !== undefined && gatherer.take(message);
  }

  /** A message that came before the request is no answer to it. */
  #readEarlier(input: FrameInput, deadline: number): void {
    const { lateMs } = this.#link;
    this.#link.lateMs = 0;
    const start = clockMs();
    for (let reads = 0; ; reads++) {
      const frames = this.#link.read(input, Math.min(clockMs() + lateMs, deadline));
      if (frames === undefined) break;
      if (lateMs === 0) this.#keep(frames);
      const isOver = lateMs === 0 ? reads === MOST_READS : clockMs() - start > longestWait(lateMs);
      if (isOver || clockMs() >= deadline) break;
    }
    if (lateMs > 0) input.take();
  }

  #keep(frames: readonly Frame[]): void {
    for (const frame of frames) this.#link.unread.add(frame, this.framing.maxLength);
  }

  #read(input: FrameInput, frame: Frame): M | undefined {
    return input.read(frame, this.path) as M | undefined; // of this framing, or one like it
  }

  get #any(): AnyFraming {
    return this.framing as unknown as AnyFraming;
  }
}

/** A question, and how its answer is gathered. */
interface Question<M extends string | Uint8Array, R> {
  readonly message: Sendable<M>;
  readonly deadline: number;
  readonly rules: AnswerRules<M>;
  gather(): Gatherer<M, R>;
}

/** How long to wait for an answer. */
interface Limits<M> {
  readonly rules: AnswerRules<M>;
  readonly deadline: number;
}

function timeoutOf(options: Blocking, spec: OptionSpec): number {
  checkOptions(options, spec);
  const { timeoutMs = Number.POSITIVE_INFINITY } = options;
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return timeoutMs;
  throw invalid("timeoutMs", timeoutMs, "a number of milliseconds, 0 or more");
}
