// Options of a request, checked. Pure.

import type { WaitOptions } from "../abort/abort.ts";
import { invalid, isIntegerIn } from "../arguments/validate.ts";
import type { FramingError } from "../errors/errors.ts";

/** Options of a request, beside a limit of time. */
export interface AnswerOptions<M> {
  /**
   * Returns whether a message is the answer. Others go to calls that wait for messages.
   * @defaultValue the first message that begins after the request was sent
   */
  readonly accept?: ((message: M) => boolean) | undefined;
  /**
   * How often to send again, 0 to 1000 times: when an answer is malformed, and after `retryAfterMs`.
   * @defaultValue 0
   */
  readonly retries?: number | undefined;
  /**
   * Without an answer for so long the request is sent again, in milliseconds, 1 to 2^31 - 1; after the last
   * time it rejects with a `TimeoutError`. By default it waits for as long as its signal lets it.
   */
  readonly retryAfterMs?: number | undefined;
  /**
   * After a request without an answer, the next one waits until the line is silent for so long before it is
   * sent, so that a late answer is not taken for its own: milliseconds, 0 to 60000, or `quiet` for 100. 0
   * does not wait. On a line that is never silent it waits ten times as long.
   * @defaultValue "quiet"
   */
  readonly discardStale?: "quiet" | number | undefined;
}

/** Options of a request whose answer has several messages. */
export interface AllAnswerOptions<M> extends Omit<AnswerOptions<M>, "accept"> {
  /** Returns whether a message of the answer is its last one. */
  readonly until: (message: M) => boolean;
  /**
   * Returns whether a message is part of the answer. Others go to calls that wait for messages.
   * @defaultValue all messages that begin after the request was sent
   */
  readonly accept?: ((message: M) => boolean) | undefined;
}

/** Options of `FramedPort.request()`. */
export interface RequestOptions<M> extends WaitOptions, AnswerOptions<M> {}

/** Options of `FramedPort.requestAll()`. */
export interface RequestAllOptions<M> extends WaitOptions, AllAnswerOptions<M> {}

/** Options of `FramedPort.on("unsolicited", )`. */
export interface UnsolicitedOptions {
  /** Called for bytes that are no message; without it they are left out. */
  readonly onError?: ((error: FramingError) => void) | undefined;
}

/** Options of `FramedPort.messages()`. */
export interface MessagesOptions extends WaitOptions {
  /** Called for bytes that are no message, and the loop continues; without it they end the loop. */
  readonly onError?: ((error: FramingError) => void) | undefined;
}

/** Names of the options. */
export const ANSWER_OPTIONS = ["accept", "retries", "retryAfterMs", "discardStale"] as const;

/** Hints for names that other libraries use. */
export const ANSWER_ELSEWHERE: Readonly<Record<string, string>> = {
  attempts: "write retries",
  filter: "write accept",
  match: "write accept",
  retry: "write retries",
};

/** The options with nothing left open. */
export interface AnswerRules<M> {
  readonly accept: ((message: M) => boolean) | undefined;
  readonly retries: number;
  readonly retryAfterMs: number | undefined;
  readonly quietMs: number;
}

const QUIET_MS = 100;
/**
 * A device that always talks must not keep requests from being sent: at most this many times the
 * silence is waited for.
 */
const QUIET_TIMES = 10;
const MOST_RETRIES = 1000;
const MOST_QUIET_MS = 60_000;
const TIMER_MAX = 2 ** 31 - 1;

export function answerRules<M>(options: AnswerOptions<M>): AnswerRules<M> {
  const { accept, retries = 0, retryAfterMs, discardStale = "quiet" } = options;
  if (accept !== undefined && typeof accept !== "function") {
    throw invalid("accept", accept, "a function that returns whether a message is the answer");
  }
  if (!isIntegerIn(retries, 0, MOST_RETRIES)) {
    throw invalid("retries", retries, `0 to ${MOST_RETRIES} times`);
  }
  if (retryAfterMs !== undefined && !isIntegerIn(retryAfterMs, 1, TIMER_MAX)) {
    throw invalid("retryAfterMs", retryAfterMs, `1 to ${TIMER_MAX} milliseconds`);
  }
  const quietMs = discardStale === "quiet" ? QUIET_MS : discardStale;
  if (!(typeof quietMs === "number" && quietMs >= 0 && quietMs <= MOST_QUIET_MS)) {
    throw invalid("discardStale", discardStale, `"quiet", or 0 to ${MOST_QUIET_MS} milliseconds`);
  }
  return { accept, retries, retryAfterMs, quietMs };
}

/** Checks the option `until`. */
export function untilOf<M>({ until }: AllAnswerOptions<M>): (message: M) => boolean {
  if (typeof until === "function") return until;
  throw invalid("until", until, {
    expected: "a function that returns whether a message is the last of the answer",
    hint: 'write until: (message) => message === "OK"; request() waits for a single message',
  });
}

/** The longest time to wait for a silence, in milliseconds. */
export function longestWait(quietMs: number): number {
  return quietMs * QUIET_TIMES;
}

/** The error for a request without an answer. */
export function noAnswer(path: string, rules: Pick<AnswerRules<never>, "retries">): DOMException {
  const times = rules.retries === 0 ? "" : ` to ${rules.retries + 1} requests`;
  return new DOMException(
    `Cannot read from port "${path}": no answer came in time${times}`,
    "TimeoutError",
  );
}
