// Ports that come and go: IOKit's matching notifications. Their mach port is watched by a kqueue of its
// own (EVFILT_MACHPORT), and that kqueue's descriptor by the readiness of the process: no run loop, no
// thread, no callback. Why not EVFILT_VNODE on /dev: ADR 0009.

import type { PortChange, PortWatch } from "../backend/backend.ts";
import { type ChangeSource, PortChanges } from "../posix/port-changes.ts";
import { ReadableWait } from "../posix/readable-wait.ts";
import { type KqueueCalls, KqueueChanges } from "../posix/readiness/kqueue.ts";
import { pollerError } from "../posix/readiness/poller-error.ts";
import type { Readiness } from "../posix/readiness/readiness.ts";
import type { DarwinAbi } from "./abi.ts";
import type { IoEntry, IoNotifications, IoRegistry } from "./io-registry.ts";
import { calloutPath, SERIAL_CLASS } from "./list.ts";

/** `<sys/event.h>` */
const EV_ADD = 0x1;
const EV_CLEAR = 0x20;

/** Dependencies of the watch. */
export interface HotPlugParts {
  /** Opens the registry on first need. */
  readonly registry: () => IoRegistry;
  /** Binds the kqueue calls on first need. */
  readonly kqueue: () => KqueueCalls;
  readonly abi: DarwinAbi;
  readonly readiness: Readiness;
}

/** Watches the services of serial ports, for any number of listeners. */
export class HotPlug {
  readonly #hub: PortChanges;

  constructor(parts: HotPlugParts) {
    this.#hub = new PortChanges(new IoKitSource(parts));
  }

  /**
   * Starts to watch.
   *
   * @returns Changes from here on.
   * @throws {@link SerialError} `ERR_SERIAL_IOKIT` — the kernel refuses, or there are no descriptors
   *   left.
   */
  watch(): PortWatch {
    return this.#hub.watch();
  }
}

/** State that is open while a listener is there. */
interface Open {
  readonly notifications: IoNotifications;
  readonly queue: number;
  readonly readable: ReadableWait;
}

class IoKitSource implements ChangeSource {
  readonly #parts: HotPlugParts;
  readonly #event: Uint8Array;
  readonly #noTime: Uint8Array;
  #open: Open | undefined;

  constructor(parts: HotPlugParts) {
    this.#parts = parts;
    const { kevent, timespec } = parts.abi.kqueue;
    this.#event = new Uint8Array(kevent.size);
    this.#noTime = new Uint8Array(timespec.size);
  }

  start(): void {
    const { kqueue, readiness, registry } = this.#parts;
    const notifications = registry().notify(SERIAL_CLASS);
    let queue: number | undefined;
    try {
      queue = this.#openQueue(notifications.machPort);
      this.#open = { notifications, queue, readable: new ReadableWait(readiness, queue) };
    } catch (error) {
      if (queue !== undefined) kqueue().close(queue);
      notifications.close();
      throw error;
    }
  }

  take(): PortChange | undefined {
    if (this.#open === undefined) return undefined;
    const { notifications, queue } = this.#open;
    // Takes the event first, then its changes: a change in between causes a new event.
    this.#clear(queue);
    const { arrived, gone } = notifications.take();
    try {
      if (arrived.length + gone.length === 0) return undefined;
      return { gone: new Set(gone.flatMap((entry) => this.#pathOf(entry) ?? [])) };
    } finally {
      for (const entry of [...arrived, ...gone]) this.#parts.registry().release(entry);
    }
  }

  async wait(): Promise<void> {
    await this.#open?.readable.wait();
  }

  cancelWait(): void {
    this.#open?.readable.cancel();
  }

  stop(): void {
    if (this.#open === undefined) return;
    const { notifications, queue, readable } = this.#open;
    this.#open = undefined;
    readable.close();
    this.#parts.kqueue().close(queue);
    notifications.close();
  }

  #pathOf(entry: IoEntry): string | undefined {
    return calloutPath(this.#parts.registry(), entry);
  }

  #openQueue(machPort: number): number {
    const { abi } = this.#parts;
    const kqueue = this.#parts.kqueue();
    const queue = kqueue.create();
    if (queue < 0) throw pollerError("kqueue", queue);
    const change = new KqueueChanges(abi.kqueue.kevent).pack({
      ident: machPort,
      filter: abi.EVFILT_MACHPORT,
      flags: EV_ADD | EV_CLEAR,
    });
    const result = kqueue.change(queue, change);
    if (result >= 0) return queue;
    kqueue.close(queue);
    throw pollerError("kevent", result);
  }

  #clear(queue: number): void {
    this.#parts.kqueue().wait(queue, this.#event, 1, this.#noTime);
  }
}
