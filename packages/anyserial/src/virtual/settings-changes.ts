// Changes that an application makes at an emulated port: it opens, closes and sets its terminal.
// Queries only after an event of the kernel, and only while a listener is there.

import { isDeepStrictEqual } from "node:util";
import { abortable } from "../abort/abort.ts";
import type { LineChange } from "../backend/emulated-line.ts";
import type { EmulatedBackendPort } from "../backend/emulated-port.ts";
import { keepAlive, letEnd } from "../backend/keep-alive.ts";
import type { LinkChange } from "../backend/port-link.ts";
import type { SerialError } from "../errors/errors.ts";
import type { PortLifecycle } from "../io/port-lifecycle.ts";
import { PullIterator } from "../io/pull-iterator.ts";
import { publishError } from "../process/diagnostics.ts";
import type { VirtualPortSettings } from "./virtual-port-settings.ts";

/** One change on the application's side, or of the link that leads there. */
export type VirtualPortChange =
  | { readonly kind: "open" }
  | { readonly kind: "close" }
  /**
   * A new pty took the place of one that could not be made fresh for its next application; it was
   * not open. The link leads to it. Without a link, `path` may be another one.
   */
  | { readonly kind: "replaced"; readonly path: string; readonly devicePath: string }
  | { readonly kind: "settings"; readonly settings: VirtualPortSettings }
  /** Another program had removed the link; it is there again. */
  | { readonly kind: "link-restored" }
  /** The link cannot be restored, because another program put something else there, or removed the right to. */
  | { readonly kind: "link-lost"; readonly error: SerialError }
  /** On the line of an adapter; a pty has none. */
  | LineChange;

/** Is called with what happens. */
interface Listener {
  onChange(change: VirtualPortChange): void;
  /** A system call failed while the port was queried. */
  onError(error: unknown): void;
}

/** Changes of one port. */
export class PtyChanges {
  readonly #core: PortLifecycle<EmulatedBackendPort>;
  readonly #settings: () => VirtualPortSettings;
  readonly #listeners = new Set<Listener>();
  #wasOpen = false;
  #last: VirtualPortSettings | undefined;

  constructor(core: PortLifecycle<EmulatedBackendPort>, settings: () => VirtualPortSettings) {
    this.#core = core;
    this.#settings = settings;
  }

  /** The device was open at the last query. */
  get isKnownOpen(): boolean {
    return this.#wasOpen;
  }

  /** Queries for changes now. */
  check(): void {
    if (this.#listeners.size === 0 || !this.#core.isOpen) return;
    const wasOpen = this.#wasOpen;
    const isOpen = this.attempt(() =>
      this.#core.run("receive", (port) => port.isApplicationOpen()),
    );
    this.#wasOpen = isOpen ?? wasOpen;
    if (this.#wasOpen !== wasOpen) this.emit({ kind: this.#wasOpen ? "open" : "close" });
    if (!this.#core.isOpen) return; // a listener may have closed it
    const settings = this.attempt(() => this.#settings());
    if (settings === undefined || isDeepStrictEqual(settings, this.#last)) return;
    this.#last = settings;
    this.emit({ kind: "settings", settings });
  }

  /** Reports what became of the link. */
  linkChanged(change: LinkChange): void {
    if (change.kind === "restored") {
      this.emit({ kind: "link-restored" });
    } else {
      publishError(this.#core.path, change.error);
      this.emit({ kind: "link-lost", error: change.error });
    }
  }

  /** Reports a failure to the listeners, in place of an answer. */
  attempt<T>(ask: () => T): T | undefined {
    try {
      return ask();
    } catch (error) {
      for (const listener of this.#listeners) listener.onError(error);
      return undefined;
    }
  }

  /** Iterates over the changes from now on. */
  iterate(signal: AbortSignal | undefined): AsyncGenerator<VirtualPortChange, undefined> {
    const queue: (() => VirtualPortChange)[] = [];
    let wake = (): void => undefined;
    const add = (next: () => VirtualPortChange): void => {
      queue.push(next);
      wake();
    };
    const listener: Listener = {
      onChange: (change) => add(() => change),
      onError: (error) =>
        add(() => {
          throw error;
        }),
    };
    this.listen(listener);
    void this.#core.closed.then(() => wake());
    const next = async (either: AbortSignal): Promise<VirtualPortChange | undefined> => {
      while (queue.length === 0 && this.#core.isOpen) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await waitAlive(woken, either);
      }
      return queue.shift()?.();
    };
    return new PullIterator({ next, end: () => this.unlisten(listener) }, { signal });
  }

  /** Calls a listener for every change, from now on. */
  listen(listener: Listener): void {
    if (this.#listeners.size === 0 && this.#core.isOpen) {
      this.#wasOpen = this.#core.port.isApplicationOpen();
      this.#last = this.#settings();
      this.#core.port.onPresence = () => this.check();
    }
    this.#listeners.add(listener);
  }

  /** Stops calling a listener. */
  unlisten(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#core.port.onPresence = undefined;
  }

  /** Reports a change to the listeners. */
  emit(change: VirtualPortChange): void {
    for (const listener of this.#listeners) listener.onChange(change);
  }
}

/** Keeps the process alive, as every call that waits does; nothing runs meanwhile. */
async function waitAlive(woken: Promise<void>, signal: AbortSignal): Promise<void> {
  keepAlive();
  try {
    await abortable(woken, signal);
  } finally {
    letEnd();
  }
}
