// The output that the system has and has not sent: one write at a time, who waits for its end, and
// what became of it when nobody was looking.

import { COMPLETION_SLACK_MS, longestOutputMs } from "../backend/drain.ts";
import { SerialDisconnectedError, type SerialError } from "../errors.ts";
import { ERROR } from "./abi.ts";
import type { Completions } from "./completion/completion.ts";
import type { Overlapped } from "./completion/overlapped.ts";

const ABORTED = -ERROR.ERROR_OPERATION_ABORTED;
/** A driver that took nothing, and has nothing under way, is asked again after so many milliseconds. */
const RETRY_MS = 1;

/** What the write is made of. */
export interface PendingWriteParts {
  readonly operation: Overlapped;
  readonly completions: Completions;
  /** The error for a failed write. */
  readonly failure: (result: number) => SerialError;
  /** The device is gone. */
  readonly onGone: (error: SerialError) => void;
}

/** The write under way. */
export class PendingWrite {
  readonly #operation: Overlapped;
  readonly #completions: Completions;
  readonly #failureOf: (result: number) => SerialError;
  readonly #onGone: (error: SerialError) => void;
  #failure: Error | undefined;
  #isDiscarded = false;
  #waiter: ((isOver: boolean) => void) | undefined;
  /** Keeps the process alive for as long as the line needs: its end would discard the output. */
  #timer: NodeJS.Timeout | undefined;

  constructor({ operation, completions, failure, onGone }: PendingWriteParts) {
    this.#operation = operation;
    this.#completions = completions;
    this.#failureOf = failure;
    this.#onGone = onGone;
    operation.onComplete = (result) => this.#completed(result);
    const onFailed = (error: Error): void => {
      this.#failure = error;
      this.#waiter?.(true);
    };
    operation.listen({ onFailed });
  }

  /** A write is under way; throws what became of one that failed. */
  isBusy(): boolean {
    this.#operation.poll();
    this.throwFailure();
    return this.#operation.isPending;
  }

  /** Throws what became of a write that failed, once. */
  throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** The system has so many bytes. */
  started(bytes: number, baudRate: number): void {
    this.#isDiscarded = false;
    this.#timer = setTimeout(
      () => undefined,
      longestOutputMs(bytes, baudRate, COMPLETION_SLACK_MS),
    );
  }

  /** What is under way is about to be thrown away, which is no failure. */
  discarding(): void {
    this.#isDiscarded = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when the write is over; to `false` when the wait was canceled. */
  async waitEnd(): Promise<boolean> {
    this.#completions.countWaiting(1);
    try {
      return await new Promise<boolean>((resolve) => {
        this.#waiter = resolve;
        if (!this.#operation.isPending) setTimeout(() => resolve(true), RETRY_MS);
      });
    } finally {
      this.#waiter = undefined;
      this.#completions.countWaiting(-1);
    }
  }

  /** Ends the wait; the write goes on. */
  cancelWait(): void {
    this.#waiter?.(false);
  }

  #completed(result: number): void {
    clearTimeout(this.#timer);
    if (result < 0 && !(this.#isDiscarded && result === ABORTED)) {
      const failure = this.#failureOf(result);
      this.#failure = failure;
      if (this.#waiter === undefined && failure instanceof SerialDisconnectedError) {
        this.#onGone(failure);
      }
    }
    this.#waiter?.(true);
  }
}
