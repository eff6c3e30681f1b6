// Waiting inside the in-memory driver: a wait keeps the process alive, as a real port's does.

/** Longest delay of a timer, in milliseconds; a longer one would be over at once. */
export const LONGEST_TIMER_MS: number = 0x7fff_ffff;

/** A timer that does nothing but keep the process alive. */
function keepAlive(): NodeJS.Timeout {
  return setInterval(() => {}, LONGEST_TIMER_MS);
}

interface Settle {
  readonly resolve: (ready: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** A place where at most one operation waits. */
export class Wait {
  #pending: (Settle & { readonly alive: NodeJS.Timeout }) | undefined;

  /** Somebody waits. */
  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  /** Waits until {@link Wait.end} or {@link Wait.fail}. */
  begin(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject, alive: keepAlive() };
    });
  }

  /** Ends the wait, if there is one: its promise resolves to `ready`. */
  end(ready: boolean): void {
    this.#take()?.resolve(ready);
  }

  /** Fails the wait, if there is one. @returns `true` when there was one. */
  fail(error: Error): boolean {
    const pending = this.#take();
    pending?.reject(error);
    return pending !== undefined;
  }

  #take(): Settle | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    clearInterval(pending?.alive);
    return pending;
  }
}

/** A place where any number of operations wait for the same event. */
export class WaitList {
  readonly #waits = new Set<Wait>();

  /**
   * Waits for the next {@link WaitList.end}.
   *
   * @throws `signal.reason` — the signal is aborted.
   */
  async begin(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const wait = new Wait();
    const onAbort = (): void => wait.end(false);
    this.#waits.add(wait);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await wait.begin();
    } finally {
      this.#waits.delete(wait);
      signal.removeEventListener("abort", onAbort);
    }
    signal.throwIfAborted();
  }

  /** Ends all waits. */
  end(): void {
    for (const wait of this.#waits) wait.end(true);
  }

  /** Fails all waits. */
  fail(error: Error): void {
    for (const wait of this.#waits) wait.fail(error);
  }
}
