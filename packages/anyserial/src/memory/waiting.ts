// Waiting for modem lines inside the in-memory driver: a wait keeps the process alive, as a real port's does.

import { onAbort } from "../abort/on-abort.ts";
import { keepAlive, letEnd } from "../backend/keep-alive.ts";

/** Longest delay of a timer, in milliseconds; a longer one would be over at once. */
export const LONGEST_TIMER_MS: number = 0x7fff_ffff;

/** A place where any number of operations wait for the same event. */
export class WaitList {
  readonly #waits = new Set<(error: unknown) => void>();

  /**
   * Waits for the next {@link WaitList.end}.
   *
   * @throws `signal.reason` — the signal is aborted.
   */
  async begin(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    keepAlive();
    try {
      await new Promise<void>((resolve, reject) => {
        const finish = (error: unknown): void => {
          this.#waits.delete(finish);
          forget();
          if (error === undefined) resolve();
          else reject(error);
        };
        const forget = onAbort(signal, () => finish(signal.reason));
        this.#waits.add(finish);
      });
    } finally {
      letEnd();
    }
  }

  /** Ends all waits. */
  end(): void {
    for (const finish of this.#waits) finish(undefined);
  }

  /** Fails all waits. */
  fail(error: Error): void {
    for (const finish of this.#waits) finish(error);
  }
}
