// The same failure over and over is news once: a log that repeats it says nothing more.

import { clockMs } from "../process/timers.ts";

/** A failure that did not happen for this long is news again, in milliseconds. */
const QUIET_MS = 120_000;
/** Kinds of failures that are remembered. */
const MOST = 32;

/** Latest reports of one member. */
export class Repeats {
  readonly #now: () => number;
  /** When each kind of failure happened last. */
  readonly #last = new Map<string, number>();

  /** @param now Milliseconds, never going back. */
  constructor(now: () => number = clockMs) {
    this.#now = now;
  }

  /** Takes note of a failure. @returns Whether it is worth a report. */
  isNews(error: Error): boolean {
    const now = this.#now();
    const kind = kindOf(error);
    const last = this.#last.get(kind);
    this.#last.delete(kind); // so that the first one is always the oldest
    this.#last.set(kind, now);
    const [oldest] = this.#last.keys();
    if (this.#last.size > MOST && oldest !== undefined) this.#last.delete(oldest);
    return last === undefined || now - last >= QUIET_MS;
  }

  /** Whatever fails from now on is news. */
  forget(): void {
    this.#last.clear();
  }
}

/** The message names a pty, which is another one after each failure. */
function kindOf(error: Error): string {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `${code} ${syscall ?? message}`;
}
