// Waits for events of Windows on one worker thread of its own, for what no completion port can tell:
// changes of the registry. No thread of the system's pool ever enters JavaScript.

import { isMainThread, Worker } from "node:worker_threads";
import { EventRing } from "../../ffi/event-ring.ts";
import type { Handle } from "../kernel32.ts";
import type { EventCalls } from "./events.ts";

/** A worker that is terminated by its parent cannot be woken: it looks up once a second. */
const NESTED_WAIT_MS = 1000;
const INFINITE_MS = 0xffff_ffff;
/** At exit, the thread is given this long to have loaded koffi: ended meanwhile, it may crash. */
const LONGEST_START_MS = 3000;

/** What the thread is started with. */
export interface EventWorkerData {
  /** The first wakes the thread. */
  readonly events: readonly Handle[];
  readonly ring: SharedArrayBuffer;
  readonly waitMs: number;
  readonly pointerSize: 4 | 8;
}

/** What a waiter is made of. */
export interface EventWaiterParts {
  readonly calls: EventCalls;
  /** Events to wait for; they reset themselves. The waiter closes them when its thread is gone. */
  readonly events: readonly Handle[];
  readonly pointerSize: 4 | 8;
  /** Called with the place of an event that was set. */
  readonly onSet: (place: number) => void;
  /** The thread ended without being told to. */
  readonly onFailed: (cause: unknown) => void;
}

/** Waits, from its making to {@link EventWaiter.close}: tells nothing before somebody waits first. */
export interface EventWaiter {
  /** Keeps the process alive, or not; at first not. */
  setAlive(alive: boolean): void;
  close(): void;
}

/**
 * Waits for events.
 *
 * @param parts Events, and who hears of them.
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

/** Starts the thread when somebody waits first: until then, an event stays set. */
class LazyWaiter implements EventWaiter {
  readonly #parts: EventWaiterParts;
  readonly #wake: Handle;
  #thread: ThreadWaiter | undefined;
  #isClosed = false;

  constructor(parts: EventWaiterParts, wake: Handle) {
    this.#parts = parts;
    this.#wake = wake;
  }

  setAlive(alive: boolean): void {
    if (this.#isClosed) return;
    if (alive) this.#thread ??= new ThreadWaiter(this.#parts, this.#wake);
    this.#thread?.setAlive(alive);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#thread?.close();
    const idle = this.#thread === undefined ? [this.#wake, ...this.#parts.events] : [];
    for (const event of idle) this.#parts.calls.close(event);
  }
}

class ThreadWaiter implements EventWaiter {
  readonly #parts: EventWaiterParts;
  readonly #wake: Handle;
  readonly #ring = new EventRing();
  readonly #worker: Worker;
  readonly #onExit = (): void => {
    this.close();
    this.#ring.waitStarted(LONGEST_START_MS);
  };

  constructor(parts: EventWaiterParts, wake: Handle) {
    this.#parts = parts;
    this.#wake = wake;
    const { events, pointerSize } = parts;
    const waitMs = isMainThread ? INFINITE_MS : NESTED_WAIT_MS;
    const workerData: EventWorkerData = {
      events: [wake, ...events],
      ring: this.#ring.memory,
      waitMs,
      pointerSize,
    };
    this.#worker = new Worker(new URL("./event-worker.js", import.meta.url), {
      workerData,
      execArgv: [],
      stdout: false,
      stderr: false,
    });
    this.#worker.unref();
    this.#watchExit();
    this.#ring.listen((place) => parts.onSet(place));
    process.once("exit", this.#onExit);
  }

  setAlive(alive: boolean): void {
    if (alive) this.#worker.ref();
    else this.#worker.unref();
  }

  close(): void {
    if (this.#ring.stopped) return;
    this.#ring.stop();
    this.#parts.calls.set(this.#wake);
  }

  /** Handles are closed when nothing waits for them any more. */
  #watchExit(): void {
    let cause: unknown;
    this.#worker.once("error", (error) => {
      cause = error;
    });
    this.#worker.once("exit", () => {
      const { calls, events, onFailed } = this.#parts;
      const isTold = this.#ring.stopped;
      process.removeListener("exit", this.#onExit);
      this.#ring.stop();
      for (const event of [this.#wake, ...events]) calls.close(event);
      if (!isTold) onFailed(cause);
    });
  }
}
