// An emulated port that is listened to: what happens on it arrives as calls, in the same task as the
// kernel's event, in memory that is used again. For programs that serve many ports at once.

import type { PtyBackendPort } from "./backend/backend.ts";
import type { PortCore } from "./io/port-core.ts";
import { ReadMemory } from "./io/read-memory.ts";
import type { PtyChanges, VirtualPortChange } from "./pty-changes.ts";

/** More than the kernel ever has ready. */
const BUFFER_SIZE = 8192;
/** What Linux has ready at most (n_tty.c): after as much, more is likely there by now. */
const FULL_READ = 4095;
/** A flooding application lets others have their turn after so many reads. */
const READS_PER_TURN = 16;
/** More reads than the kernel's queues are long. */
const READS_AT_CLOSE = 64;
/** While the application writes, its settings are looked at this often, in milliseconds. */
const LOOK_EVERY_MS = 100;
/**
 * While room is waited for, it is looked for this often, in milliseconds: on Linux the kernel wakes
 * the writer of a pty when little is left unread, and that can be before it frees the memory; the
 * room that comes then, or comes while more is left unread, has no event.
 */
const LOOK_FOR_ROOM_MS = 100;

/** What hears of an emulated port. Called synchronously; must not throw. */
export interface VirtualPortListener {
  /**
   * The application wrote.
   *
   * @param bytes At least one; the memory is used again afterwards: copy what is to be kept.
   */
  onData(bytes: Uint8Array): void;
  /** The application's buffer has room again; called once for each `tellWritable()`. */
  onWritable?(): void;
  /**
   * As `changes()` tells; while the application writes, looked at ten times a second at most. A close
   * is told after all that the application wrote, unless the listening is paused; an application that
   * wrote and was gone before anybody looked is told as an open and a close.
   */
  onChange?(change: VirtualPortChange): void;
}

/** A port being listened to; ends with `stop()` or when the port is closed. */
export interface VirtualPortListening {
  /** Leaves what the application writes in the kernel, until `resume()`: it will have to wait. */
  pause(): void;
  /** Goes on, in a task of its own. */
  resume(): void;
  /** Has `onWritable` called, once, as soon as a `trySend` would be accepted. */
  tellWritable(): void;
  /** Stops listening; `receive()` may be used again. */
  stop(): void;
}

/** What a listening needs of its port. */
export interface ListeningParts {
  readonly core: PortCore;
  readonly backendPort: PtyBackendPort;
  readonly changes: PtyChanges;
  readonly onStop: () => void;
}

/** One for all ports: what is in it is used up before anything else is read, except by a listener. */
const memories: ReadMemory[] = [];

/** The listening. */
export class PtyListening implements VirtualPortListening {
  readonly #parts: ListeningParts;
  readonly #listener: VirtualPortListener;
  readonly #onChange: ((change: VirtualPortChange) => void) | undefined;
  #next: NodeJS.Immediate | undefined;
  #isPaused = false;
  #isStopped = false;
  /** An application that is gone is being read. */
  #isVisit = false;
  #lookedAt = 0;
  #wantsRoom = false;
  /** Outlives the wait for room, so that a busy writer does not set one for every wait. */
  #roomTimer: NodeJS.Timeout | undefined;

  constructor(parts: ListeningParts, listener: VirtualPortListener) {
    this.#parts = parts;
    this.#listener = listener;
    if (listener.onChange !== undefined) {
      this.#onChange = (change) => {
        if (change.kind === "close") this.#readRest();
        if (!this.#isStopped) listener.onChange?.(change);
      };
      parts.changes.listen(this.#onChange);
    }
    parts.backendPort.listen({
      onReadable: () => this.#readAll(),
      onWritable: () => this.#foundRoom(),
    });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#readSoon();
  }

  tellWritable(): void {
    if (this.#isStopped) return;
    this.#wantsRoom = true;
    this.#parts.backendPort.tellWritable();
    this.#roomTimer ??= setTimeout(() => this.#lookForRoom(), LOOK_FOR_ROOM_MS).unref();
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearImmediate(this.#next);
    clearTimeout(this.#roomTimer);
    this.#parts.backendPort.listen(undefined);
    if (this.#onChange !== undefined) this.#parts.changes.unlisten(this.#onChange);
    this.#parts.onStop();
  }

  /** @returns Whether anything came. */
  #readAll(): boolean {
    const memory = memories.pop() ?? new ReadMemory(BUFFER_SIZE);
    try {
      return this.#read(memory);
    } finally {
      memories.push(memory);
    }
  }

  #read(memory: ReadMemory): boolean {
    let found = false;
    for (let left = READS_PER_TURN; left > 0; left--) {
      // What is left unread while paused is read by resume(): its event does not come again.
      if (this.#isPaused || this.#isStopped) return found;
      const count = this.#readOnce(memory.all);
      if (count > 0) {
        found = true;
        this.#expectSomebody();
        this.#listener.onData(memory.first(count));
      }
      // Less than there could be: the kernel had no more, and what comes later is a new event.
      if (count < FULL_READ) {
        this.#look();
        this.#endVisit();
        return found;
      }
    }
    this.#readSoon();
    return found;
  }

  /** Bytes came: somebody must be there, or have been. */
  #expectSomebody(): void {
    if (this.#onChange === undefined || this.#parts.changes.isKnownOpen || this.#isVisit) return;
    this.#parts.changes.look();
    if (this.#parts.changes.isKnownOpen) return;
    this.#isVisit = true;
    this.#onChange({ kind: "open" });
  }

  #endVisit(): void {
    if (!this.#isVisit) return;
    this.#isVisit = false;
    if (!this.#parts.changes.isKnownOpen) this.#onChange?.({ kind: "close" });
  }

  /** Reads what was written before the close: a read that finds nothing has waited for it. */
  #readRest(): void {
    const memory = new ReadMemory(BUFFER_SIZE);
    for (let left = READS_AT_CLOSE; !this.#isPaused && !this.#isStopped && left > 0; left--) {
      const count = this.#readOnce(memory.all);
      if (count === 0) return;
      this.#listener.onData(memory.first(count));
    }
  }

  #readOnce(into: Uint8Array): number {
    try {
      return this.#parts.backendPort.tryRead(into);
    } catch (error) {
      this.#parts.core.noticed(error); // tells the diagnostics, and ends the port where it must
      return 0;
    }
  }

  #foundRoom(): void {
    if (!this.#wantsRoom || this.#isStopped) return;
    this.#wantsRoom = false;
    this.#listener.onWritable?.();
  }

  #lookForRoom(): void {
    this.#roomTimer = undefined;
    if (!this.#wantsRoom || this.#isStopped || !this.#parts.core.isOpen) return;
    if (this.#parts.backendPort.isWritable()) this.#foundRoom();
    else this.#roomTimer = setTimeout(() => this.#lookForRoom(), LOOK_FOR_ROOM_MS).unref();
  }

  #readSoon(): void {
    this.#next ??= setImmediate(() => {
      this.#next = undefined;
      this.#readAll();
    });
  }

  #look(): void {
    if (this.#onChange === undefined || this.#isStopped) return;
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    this.#parts.changes.look();
  }
}
