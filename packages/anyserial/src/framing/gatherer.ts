// Gathers an answer: one message, or all up to its last one. Pure.

import type { Framing } from "./framing.ts";
import type { Fault } from "./splitter.ts";

/** Gathers the messages of one answer. */
export interface Gatherer<M, R> {
  /** @returns Whether the message is part of the answer. */
  take(message: M): boolean;
  /** The answer, once it is whole. */
  readonly answer: R | undefined;
}

type Test<M> = (message: M) => boolean;

/** An answer of one message. */
export class SingleAnswer<M> implements Gatherer<M, M> {
  readonly #accept: Test<M> | undefined;
  answer: M | undefined;

  constructor(accept: Test<M> | undefined) {
    this.#accept = accept;
  }

  take(message: M): boolean {
    if (this.#accept?.(message) === false) return false;
    this.answer = message;
    return true;
  }
}

/** Bytes of an answer, beside a few messages of the greatest length. */
const MOST_BYTES = 1024 * 1024;
const MOST_LENGTHS = 4;
/** Memory that a message takes beside its bytes, about. */
const OVERHEAD_BYTES = 64;

/** Options of {@link WholeAnswer}. */
export interface WholeAnswerRules<M extends string | Uint8Array> {
  readonly accept: Test<M> | undefined;
  readonly until: Test<M>;
  readonly framing: Pick<Framing<M>, "error" | "maxLength">;
  readonly path: string;
}

/** An answer of several messages. */
export class WholeAnswer<M extends string | Uint8Array> implements Gatherer<M, M[]> {
  readonly #rules: WholeAnswerRules<M>;
  readonly #messages: M[] = [];
  #bytes = 0;
  answer: M[] | undefined;

  constructor(rules: WholeAnswerRules<M>) {
    this.#rules = rules;
  }

  take(message: M): boolean {
    const { accept, until, framing } = this.#rules;
    if (accept?.(message) === false) return false;
    this.#messages.push(message);
    this.#bytes += message.length + OVERHEAD_BYTES;
    if (until(message)) this.answer = this.#messages;
    else if (this.#bytes > Math.max(MOST_BYTES, MOST_LENGTHS * framing.maxLength)) {
      throw framing.error(ENDLESS, new Uint8Array(0), this.#rules.path);
    }
    return true;
  }
}

const ENDLESS: Fault = {
  code: "ERR_SERIAL_FRAME_TOO_LONG",
  state: `more than ${MOST_BYTES} bytes came, and none of the messages is the last of the answer`,
};
