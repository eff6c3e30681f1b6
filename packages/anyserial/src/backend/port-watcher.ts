// One listener for ports that come and go: keeps what it was told until somebody asks. What hot-plug has
// in common on all systems.

import type { PortChange, PortWatch } from "./backend.ts";

interface PortWatcherParts {
  /** Somebody waits for a change that is not there yet. */
  readonly onWait: () => void;
  readonly onClose: () => void;
}

interface Waiter {
  readonly resolve: (change: PortChange | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** One listener. */
export class PortWatcher implements PortWatch {
  readonly #parts: PortWatcherParts;
  #pending: Set<string> | undefined;
  #waiter: Waiter | undefined;
  #end: { readonly error: unknown } | undefined;
  #isClosed = false;

  constructor(parts: PortWatcherParts) {
    this.#parts = parts;
  }

  get isWaiting(): boolean {
    return this.#waiter !== undefined;
  }

  next(): Promise<PortChange | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return resolve(undefined);
      if (this.#end !== undefined) return reject(this.#end.error);
      this.#waiter = { resolve, reject };
      this.#settle();
      if (this.isWaiting) this.#parts.onWait();
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiter?.resolve(undefined);
    this.#waiter = undefined;
    this.#parts.onClose();
  }

  /** Takes a change; kept until somebody asks. */
  tell(gone: Iterable<string>): void {
    this.#pending ??= new Set();
    for (const path of gone) this.#pending.add(path);
    this.#settle();
  }

  /** Ends the pending wait; the next one may succeed. */
  fail(error: unknown): void {
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }

  /** There are no more changes to be had: ends this wait, and each one from now on. */
  end(error: unknown): void {
    this.#end = { error };
    this.fail(error);
  }

  #settle(): void {
    if (this.#pending === undefined || this.#waiter === undefined) return;
    this.#waiter.resolve({ gone: this.#pending });
    this.#pending = undefined;
    this.#waiter = undefined;
  }
}
