// Waiting for the next event of a descriptor that is no port, as a promise.

import { keepAlive, letEnd } from "../backend/keep-alive.ts";
import { READABLE, type Readiness, type Watch } from "./readiness/readiness.ts";

/** One descriptor, one wait at a time. */
export class ReadableWait {
  readonly #watch: Watch;
  #finish: ((error?: Error) => void) | undefined;

  /**
   * Starts to watch.
   *
   * @throws {@link SerialError} — the system cannot wait.
   */
  constructor(readiness: Readiness, fd: number) {
    this.#watch = readiness.watch(fd, {
      onReady: () => this.#finish?.(),
      onFailed: (error) => this.#finish?.(error),
    });
  }

  /** Waits until something arrives, or {@link ReadableWait.cancel}; keeps the process alive. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#watch.arm(READABLE);
      keepAlive();
      this.#finish = (error) => {
        this.#finish = undefined;
        letEnd();
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  }

  /** Ends the wait. */
  cancel(): void {
    this.#finish?.();
  }

  /** Stops watching; must be called before the descriptor is closed. */
  close(): void {
    this.#watch.close();
    this.cancel();
  }
}
