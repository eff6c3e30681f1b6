// Ports that come and go, for any number of listeners: one watch over the registry per process, from the
// first listener to the last. Which port went is found by comparing the devices behind the names.

import type { PortWatch } from "../../backend/backend.ts";
import { PortWatcher } from "../../backend/port-watcher.ts";
import type { SerialError } from "../../errors/errors.ts";
import { clearTimeout, setTimeout } from "../../process/timers.ts";
import type { ChangeSource, WatchChanges } from "./registry-changes.ts";

/**
 * The registry reports a port while its driver is still starting: it is read once more this many
 * milliseconds after the last change, for ports that could not be listed or opened before.
 */
const SETTLE_MS = 500;

/** Dependencies of the watch. */
export interface HotPlugParts {
  readonly watchChanges: WatchChanges;
  /** Returns which device is behind each port, by path. */
  readonly readArrivals: () => ReadonlyMap<string, string>;
}

/** Notifies listeners of changes. */
export class HotPlug {
  readonly #parts: HotPlugParts;
  readonly #watchers = new Set<PortWatcher>();
  #source: ChangeSource | undefined;
  #settling: NodeJS.Timeout | undefined;
  #arrivals: ReadonlyMap<string, string> = new Map();

  constructor(parts: HotPlugParts) {
    this.#parts = parts;
  }

  /**
   * Starts to watch.
   *
   * @returns Changes from here on.
   * @throws {@link SerialError} `ERR_SERIAL_DISCOVERY` — the registry cannot be watched.
   */
  watch(): PortWatch {
    this.#source ??= this.#parts.watchChanges({
      onChange: () => this.#onChange(),
      onFailed: (error) => this.#fail(error),
    });
    const { gone, isNew } = this.#refresh(); // earlier changes are not for the new listener
    if (isNew || gone.length > 0) this.#report(gone);
    const watcher = new PortWatcher({
      onWait: () => this.#updateAlive(),
      onClose: () => this.#forget(watcher),
    });
    this.#watchers.add(watcher);
    return watcher;
  }

  #onChange(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#report(this.#refresh().gone), SETTLE_MS).unref();
    this.#report(this.#refresh().gone);
  }

  /** Reads the list again: which ports went, and whether there are new ones. */
  #refresh(): { readonly gone: string[]; readonly isNew: boolean } {
    const [before, after] = [this.#arrivals, this.#parts.readArrivals()];
    this.#arrivals = after;
    return {
      gone: [...before.keys()].filter((path) => before.get(path) !== after.get(path)),
      isNew: [...after.keys()].some((path) => !before.has(path)),
    };
  }

  #report(gone: readonly string[]): void {
    for (const watcher of this.#watchers) watcher.report(gone);
    this.#updateAlive();
  }

  #updateAlive(): void {
    this.#source?.setAlive([...this.#watchers].some(({ isWaiting }) => isWaiting));
  }

  #forget(watcher: PortWatcher): void {
    this.#watchers.delete(watcher);
    this.#updateAlive();
    if (this.#watchers.size === 0) this.#stop();
  }

  #fail(error: SerialError): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    this.#stop();
    for (const watcher of watchers) watcher.end(error);
  }

  #stop(): void {
    clearTimeout(this.#settling);
    this.#source?.close();
    this.#source = undefined;
    this.#arrivals = new Map();
  }
}
