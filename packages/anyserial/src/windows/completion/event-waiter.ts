// Waits for events of Windows on one worker thread of its own, for events that no completion port
// has: changes of the registry. No thread of the system's pool ever enters JavaScript.

import { BlockedThread, type BlockedThreadData } from "../../ffi/blocked-thread.ts";
import type { Handle } from "../kernel32-calls.ts";
import { eventProgram } from "./event-worker.program.ts";
import type { EventCalls } from "./events.ts";

const INFINITE_MS = 0xffff_ffff;

/** Data that the thread is started with. */
export interface EventWorkerData extends BlockedThreadData {
  /** The first wakes the thread. */
  readonly events: readonly Handle[];
  readonly pointerSize: 4 | 8;
}

/** Dependencies of a waiter. */
export interface EventWaiterParts {
  readonly calls: EventCalls;
  /** Events to wait for; they reset themselves. The waiter closes them when its thread is gone. */
  readonly events: readonly Handle[];
  readonly pointerSize: 4 | 8;
  /** Called with the place of an event that was set. */
  readonly onSet: (place: number) => void;
  /** The thread ended without a request. */
  readonly onFailed: (cause: unknown) => void;
}

/**
 * Waits, from its creation to {@link EventWaiter.close}: it reports nothing before the first wait.
 */
export interface EventWaiter {
  /** Keeps the process alive, or not; at first not. */
  setAlive(alive: boolean): void;
  close(): void;
}

/**
 * Waits for events.
 *
 * @param parts Events, and their listener.
 * @returns The waiter; a negative Win32 error code when there are no handles left. The events are then
 *   closed.
 */
export function waitForEvents(parts: EventWaiterParts): EventWaiter | number {
  const { calls, events } = parts;
  const wake = calls.create();
  if (wake >= 0) return new LazyWaiter(parts, wake);
  for (const event of events) calls.close(event);
  return wake;
}

/** Starts the thread with the first wait: until then, an event stays set. */
class LazyWaiter implements EventWaiter {
  readonly #parts: EventWaiterParts;
  readonly #wake: Handle;
  #thread: BlockedThread | undefined;
  #isClosed = false;

  constructor(parts: EventWaiterParts, wake: Handle) {
    this.#parts = parts;
    this.#wake = wake;
  }

  setAlive(alive: boolean): void {
    if (this.#isClosed) return;
    if (alive) this.#thread ??= this.#start();
    this.#thread?.setAlive(alive);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#thread === undefined) this.#closeEvents();
    else this.#thread.stop();
  }

  #start(): BlockedThread {
    const { calls, events, pointerSize, onSet, onFailed } = this.#parts;
    return new BlockedThread({
      program: eventProgram,
      data: { events: [this.#wake, ...events], pointerSize },
      foreverMs: INFINITE_MS,
      wake: () => calls.set(this.#wake),
      onEvent: (place) => onSet(place),
      onEnd: ({ isFailure, cause }) => {
        this.#closeEvents();
        if (isFailure) onFailed(cause);
      },
    });
  }

  /** When nothing waits for them any more. */
  #closeEvents(): void {
    for (const event of [this.#wake, ...this.#parts.events]) this.#parts.calls.close(event);
  }
}
