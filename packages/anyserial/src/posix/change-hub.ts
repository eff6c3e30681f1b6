// Listeners for device nodes that come and go, over one source of changes: what hot-plug has in common
// on Linux and the BSDs. Who asks again and again for the next change misses none.

import type { PortChange, PortWatch } from "../backend/backend.ts";

/** Where changes come from. */
export interface ChangeSource {
  /**
   * Starts; what happened before is for nobody. Called again after every `stop()`.
   *
   * @throws {@link SerialError} — the system cannot watch.
   */
  start(): void;
  /** Takes what happened since the last time, without waiting. */
  take(): PortChange | undefined;
  /** Waits until something may have happened, or `cancelWait()`; keeps the process alive. */
  wait(): Promise<unknown>;
  cancelWait(): void;
  stop(): void;
}

/** Hands the changes of a source to any number of listeners; the source runs while there are any. */
export class ChangeHub {
  readonly #source: ChangeSource;
  readonly #watchers = new Set<NodeWatch>();
  #isPumping = false;

  constructor(source: ChangeSource) {
    this.#source = source;
  }

  /**
   * Starts to watch.
   *
   * @returns Changes from here on.
   * @throws {@link SerialError} — the system cannot watch.
   */
  watch(): PortWatch {
    if (this.#watchers.size === 0) this.#source.start();
    this.#tellAll(); // what happened before is not for the new one
    const watcher = new NodeWatch({
      onWait: () => void this.#pump(),
      onClose: () => this.#forget(watcher),
    });
    this.#watchers.add(watcher);
    return watcher;
  }

  #forget(watcher: NodeWatch): void {
    this.#watchers.delete(watcher);
    if (!this.#isWanted()) this.#source.cancelWait(); // what keeps the process alive
    if (this.#watchers.size === 0) this.#source.stop();
  }

  /** Waits for the system while anybody waits for a change. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#isWanted()) {
        this.#tellAll();
        if (this.#isWanted()) await this.#source.wait();
      }
    } catch (error) {
      for (const watcher of this.#watchers) watcher.fail(error);
    } finally {
      this.#isPumping = false;
    }
  }

  #isWanted(): boolean {
    return [...this.#watchers].some((watcher) => watcher.isWaiting);
  }

  #tellAll(): void {
    const change = this.#source.take();
    if (change !== undefined) for (const watcher of this.#watchers) watcher.tell(change);
  }
}

interface NodeWatchParts {
  readonly onWait: () => void;
  readonly onClose: () => void;
}

interface Waiter {
  readonly resolve: (change: PortChange | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** One listener. */
class NodeWatch implements PortWatch {
  readonly #parts: NodeWatchParts;
  #pending: Set<string> | undefined;
  #waiter: Waiter | undefined;
  #isClosed = false;

  constructor(parts: NodeWatchParts) {
    this.#parts = parts;
  }

  get isWaiting(): boolean {
    return this.#waiter !== undefined;
  }

  next(): Promise<PortChange | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return resolve(undefined);
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
  tell({ gone }: PortChange): void {
    this.#pending ??= new Set();
    for (const path of gone) this.#pending.add(path);
    this.#settle();
  }

  /** Ends the pending wait. */
  fail(error: unknown): void {
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }

  #settle(): void {
    if (this.#pending === undefined || this.#waiter === undefined) return;
    this.#waiter.resolve({ gone: this.#pending });
    this.#pending = undefined;
    this.#waiter = undefined;
  }
}
