// Any number of calls that wait for the same event; each keeps the process alive.

import { onAbort } from "../abort/on-abort.ts";
import { keepAlive, letEnd } from "../backend/keep-alive.ts";

/** Calls that wait. */
export class Pending {
  readonly #calls = new Set<{
    readonly end: () => void;
    readonly fail: (error: unknown) => void;
  }>();

  /** How many calls wait. */
  get size(): number {
    return this.#calls.size;
  }

  /**
   * Waits for the next {@link Pending.end}.
   *
   * @throws `signal.reason` — the signal is aborted; or the error of {@link Pending.fail}.
   */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      keepAlive();
      const leave = (): void => {
        this.#calls.delete(call);
        letEnd();
        forget?.();
      };
      const call = {
        end: () => {
          leave();
          resolve();
        },
        fail: (error: unknown) => {
          leave();
          reject(error);
        },
      };
      this.#calls.add(call);
      const forget = signal && onAbort(signal, () => call.fail(signal.reason));
    });
  }

  /** Ends all waits. */
  end(): void {
    for (const call of [...this.#calls]) call.end();
  }

  /** Fails all waits. */
  fail(error: unknown): void {
    for (const call of [...this.#calls]) call.fail(error);
  }
}
