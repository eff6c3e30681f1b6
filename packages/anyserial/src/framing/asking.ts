// One request: sends, waits for the answer, and sends again if that was asked for.

import { onAbort } from "../abort/on-abort.ts";
import { FramingError } from "../errors/errors.ts";
import { clearTimeout, setTimeout } from "../process/timers.ts";
import type { FrameInput } from "./frame-input.ts";
import type { FrameLink } from "./frame-link.ts";
import type { Gatherer } from "./gatherer.ts";
import { type AnswerRules, noAnswer } from "./request-options.ts";

export interface Request<M, R> {
  readonly link: FrameLink;
  readonly input: FrameInput;
  readonly bytes: Uint8Array;
  readonly signal: AbortSignal | undefined;
  readonly rules: AnswerRules<M>;
  /** Makes the gatherer of the answer; called each time that the request is sent. */
  gather(): Gatherer<M, R>;
}

/** No answer came within `retryAfterMs`. */
const SILENT = Symbol("silent");

/**
 * Asks until there is an answer.
 *
 * @throws `signal.reason`, a `TimeoutError`, a `FramingError`, or the error of the port.
 */
export async function ask<M extends string | Uint8Array, R>(request: Request<M, R>): Promise<R> {
  const { link, rules, signal } = request;
  for (let left = rules.retries; ; left--) {
    await readEarlier(request);
    link.lateMs = rules.quietMs; // until there is an answer, one may be late
    try {
      const answer = await askOnce(request);
      // An answer to a question that was asked twice may come twice.
      if (left === rules.retries) link.lateMs = 0;
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      if (left > 0 && (error === SILENT || error instanceof FramingError)) continue;
      throw error === SILENT ? noAnswer(link.path, rules) : error;
    }
  }
}

/** A message that came before the request is no answer to it. */
async function readEarlier({
  link,
  signal,
}: Pick<Request<never, never>, "link" | "signal">): Promise<void> {
  signal?.throwIfAborted();
  if (link.lateMs === 0) await link.absorb();
  else await link.quiet(link.lateMs, signal);
  link.lateMs = 0;
  signal?.throwIfAborted();
}

async function askOnce<M extends string | Uint8Array, R>(request: Request<M, R>): Promise<R> {
  const { link, bytes, signal } = request;
  const { answer, end } = awaitAnswer(request);
  answer.catch(() => undefined); // reported when the request is sent
  try {
    await link.send(bytes, signal);
    return await answer;
  } finally {
    end();
  }
}

interface Waiting<R> {
  readonly answer: Promise<R>;
  end(): void;
}

function awaitAnswer<M extends string | Uint8Array, R>(request: Request<M, R>): Waiting<R> {
  const { link, input, signal, rules } = request;
  const gatherer = request.gather();
  let end: () => void = () => undefined;
  let isOver = false;
  const answer = new Promise<R>((resolve, reject) => {
    const patience = new Patience(rules.retryAfterMs, () => reject(SILENT));
    const forget = signal && onAbort(signal, () => reject(signal.reason));
    const stop = link.ask({
      first: input.nextIndex,
      fail: reject,
      take: (frame) => {
        if (isOver) return false;
        try {
          const message = input.read(frame, link.path) as M | undefined; // of the framing in use
          if (message === undefined) return true;
          if (!gatherer.take(message)) return false;
          patience.restart();
          if (gatherer.answer === undefined) return true;
          resolve(gatherer.answer);
        } catch (error) {
          reject(error);
        }
        isOver = true;
        return true;
      },
    });
    end = () => {
      isOver = true;
      patience.end();
      forget?.();
      stop();
    };
  });
  return { answer, end };
}

/** Waits for the next message of an answer, for a time. */
class Patience {
  readonly #ms: number | undefined;
  readonly #onEnd: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number | undefined, onEnd: () => void) {
    this.#ms = ms;
    this.#onEnd = onEnd;
    this.restart();
  }

  restart(): void {
    if (this.#ms === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onEnd, this.#ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
