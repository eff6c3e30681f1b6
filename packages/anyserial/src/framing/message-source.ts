// The source of a loop over messages, and where a listener's errors go.

import { FramingError, SerialClosedError } from "../errors/errors.ts";
import type { PullSource } from "../io/pull-iterator.ts";
import { throwUncaught } from "../process/uncaught.ts";
import type { Frame } from "./frame-input.ts";

/** A message, and how it came. */
export interface Received<M> {
  readonly message: M;
  readonly frame: Frame;
}

/** Options of {@link MessageSource}. */
export interface MessageSourceParts<M> {
  receive(signal: AbortSignal): Promise<Received<M>>;
  /** @returns A message that is there already. */
  receiveNow(): Received<M> | undefined;
  giveBack(frame: Frame): void;
  /** Called for bytes that are no message; without it they end the loop. */
  readonly onError: OnError | undefined;
}

type OnError = (error: FramingError) => void;

/** The messages of a port, until it is closed. */
export class MessageSource<M> implements PullSource<M> {
  readonly #parts: MessageSourceParts<M>;
  #last: Frame | undefined;

  constructor(parts: MessageSourceParts<M>) {
    this.#parts = parts;
  }

  async next(signal: AbortSignal): Promise<M | undefined> {
    const { receive, onError } = this.#parts;
    for (;;) {
      try {
        const { message, frame } = await receive(signal);
        this.#last = frame;
        return message;
      } catch (error) {
        if (error instanceof SerialClosedError) return undefined;
        if (onError === undefined || !(error instanceof FramingError)) throw error;
        onError(error);
      }
    }
  }

  nextNow(): M | undefined {
    const received = this.#parts.receiveNow();
    this.#last = received?.frame;
    return received?.message;
  }

  giveBack(): void {
    if (this.#last !== undefined) this.#parts.giveBack(this.#last);
  }
}

/** Reports the error of a listener, or of its message. */
export function reportError(error: unknown, onError: OnError | undefined): void {
  if (!(error instanceof FramingError)) {
    throwUncaught(error);
    return;
  }
  try {
    onError?.(error);
  } catch (thrown) {
    throwUncaught(thrown);
  }
}
