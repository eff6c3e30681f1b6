// What an application does with an emulated port, as changes: it comes, it goes, it sets its
// terminal. Looks only when the kernel tells, and only while somebody listens.

import { isDeepStrictEqual } from "node:util";
import { abortable } from "./abort.ts";
import type { PtyBackendPort } from "./backend/backend.ts";
import type { PortCore } from "./io/port-core.ts";
import type { VirtualPortSettings } from "./pty.ts";

/** One change on the application's side. */
export type VirtualPortChange =
  | { readonly kind: "open" }
  | { readonly kind: "close" }
  | { readonly kind: "settings"; readonly settings: VirtualPortSettings };

/** The longest interval that a timer takes, in milliseconds. */
const FOR_EVER_MS = 0x7fff_ffff;

type Listener = (change: VirtualPortChange) => void;

/** Changes of one port. */
export class PtyChanges {
  readonly #core: PortCore;
  readonly #backendPort: PtyBackendPort;
  readonly #settings: () => VirtualPortSettings;
  readonly #listeners = new Set<Listener>();
  #wasOpen = false;
  #last: VirtualPortSettings | undefined;

  constructor(core: PortCore, backendPort: PtyBackendPort, settings: () => VirtualPortSettings) {
    this.#core = core;
    this.#backendPort = backendPort;
    this.#settings = settings;
  }

  /** Somebody had the device open when it was last looked at. */
  get isKnownOpen(): boolean {
    return this.#wasOpen;
  }

  /** Looks for changes now. */
  look(): void {
    if (this.#listeners.size === 0 || !this.#core.isOpen) return;
    const isOpen = this.#backendPort.isApplicationOpen();
    if (isOpen !== this.#wasOpen) this.#tell({ kind: isOpen ? "open" : "close" });
    this.#wasOpen = isOpen;
    const settings = this.#settings();
    if (!isDeepStrictEqual(settings, this.#last)) this.#tell({ kind: "settings", settings });
    this.#last = settings;
  }

  /** Iterates over the changes from now on. */
  iterate(signal: AbortSignal | undefined): AsyncGenerator<VirtualPortChange, undefined> {
    const queue: VirtualPortChange[] = [];
    let wake = (): void => undefined;
    const listener: Listener = (change) => {
      queue.push(change);
      wake();
    };
    this.listen(listener);
    void this.#core.closed.then(() => wake());
    const stop = (): void => this.unlisten(listener);
    const changes = this.#run(queue, signal, {
      next: () =>
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
      stop,
    });
    const end = changes.return.bind(changes);
    changes.return = (value) => {
      stop(); // a generator that was never asked runs nothing when it ends
      return end(value);
    };
    return changes;
  }

  async *#run(
    queue: VirtualPortChange[],
    signal: AbortSignal | undefined,
    source: { readonly next: () => Promise<void>; readonly stop: () => void },
  ): AsyncGenerator<VirtualPortChange, undefined> {
    try {
      for (;;) {
        const change = queue.shift();
        if (change !== undefined) yield change;
        else if (!this.#core.isOpen) return;
        else await this.#wait(source.next(), signal);
      }
    } finally {
      source.stop();
    }
  }

  /** Keeps the process alive, as every call that waits does; nothing runs meanwhile. */
  async #wait(next: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const alive = setInterval(() => undefined, FOR_EVER_MS);
    try {
      await abortable(next, signal);
    } finally {
      clearInterval(alive);
    }
  }

  /** Calls a listener for every change, from now on. */
  listen(listener: Listener): void {
    if (this.#listeners.size === 0 && this.#core.isOpen) {
      this.#wasOpen = this.#backendPort.isApplicationOpen();
      this.#last = this.#settings();
      this.#backendPort.onPresence = () => this.look();
    }
    this.#listeners.add(listener);
  }

  /** Stops calling a listener. */
  unlisten(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#backendPort.onPresence = undefined;
  }

  #tell(change: VirtualPortChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
