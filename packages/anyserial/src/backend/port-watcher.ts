// One listener for ports that come and go: keeps changes until they are requested. Shared by
// hot-plug on all systems.

import type { PortChange, PortWatch } from "./backend.ts";
import { keepAlive, letEnd } from "./keep-alive.ts";

interface PortWatcherParts {
  /** A caller waits for a change that is not there yet. */
  readonly onWait: () => void;
  readonly onClose: () => void;
}

interface Waiter {
  readonly resolve: (change: PortChange | undefined) => void;
  readonly reject: (error: unknown) => void;
  readonly keepsAlive: boolean;
}

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

  next(keepsAlive = true): Promise<PortChange | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return resolve(undefined);
      if (this.#end !== undefined) return reject(this.#end.error);
      this.#waiter = { resolve, reject, keepsAlive };
      if (keepsAlive) keepAlive();
      this.#finish();
      if (this.isWaiting) this.#parts.onWait();
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#take()?.resolve(undefined);
    this.#parts.onClose();
  }

  /** Takes a change; kept until it is requested. */
  report(gone: Iterable<string>): void {
    this.#pending ??= new Set();
    for (const path of gone) this.#pending.add(path);
    this.#finish();
  }

  /** Ends the pending wait; the next one may succeed. */
  fail(error: unknown): void {
    this.#take()?.reject(error);
  }

  /** No more changes can come: ends this wait, and each later one. */
  end(error: unknown): void {
    this.#end = { error };
    this.fail(error);
  }

  #finish(): void {
    if (this.#pending === undefined || this.#waiter === undefined) return;
    this.#take()?.resolve({ gone: this.#pending });
    this.#pending = undefined;
  }

  #take(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter?.keepsAlive === true) letEnd();
    return waiter;
  }
}
