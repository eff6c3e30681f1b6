// Listeners for device nodes that come and go, over one source of changes: shared by hot-plug on
// Linux and the BSDs. A listener that keeps asking for the next change misses none.

import type { PortChange, PortWatch } from "../backend/backend.ts";
import { PortWatcher } from "../backend/port-watcher.ts";

/** Where changes come from. */
export interface ChangeSource {
  /**
   * Starts; earlier changes are not reported. Called again after every `stop()`.
   *
   * @throws {@link SerialError} — the system cannot watch.
   */
  start(): void;
  /** Takes the changes since the last call, without waiting. */
  take(): PortChange | undefined;
  /** Waits until something may have happened, or `cancelWait()`. */
  wait(): Promise<unknown>;
  cancelWait(): void;
  stop(): void;
}

/** Hands the changes of a source to any number of listeners; the source runs while there are any. */
export class PortChanges {
  readonly #source: ChangeSource;
  readonly #watchers = new Set<PortWatcher>();
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
    this.#notifyAll(); // earlier changes are not for the new listener
    const watcher = new PortWatcher({
      onWait: () => void this.#pump(),
      onClose: () => this.#forget(watcher),
    });
    this.#watchers.add(watcher);
    return watcher;
  }

  #forget(watcher: PortWatcher): void {
    this.#watchers.delete(watcher);
    if (!this.#isWanted()) this.#source.cancelWait(); // the wait may keep the process alive
    if (this.#watchers.size === 0) this.#source.stop();
  }

  /** Waits for the system while anybody waits for a change. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#isWanted()) {
        this.#notifyAll();
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

  #notifyAll(): void {
    const change = this.#source.take();
    if (change !== undefined) for (const watcher of this.#watchers) watcher.report(change.gone);
  }
}
