// A thread of the library's own that is blocked in the kernel and hands over what it returns with: from
// its start to its end, and what to do when the process ends meanwhile.

import { isMainThread, type Worker } from "node:worker_threads";
import { EventRing } from "./event-ring.ts";
import { startThread, type ThreadData } from "./thread.ts";

/**
 * A worker that is terminated by its parent cannot be woken: there, the thread returns once a second to see
 * whether it is still wanted. On the main thread it blocks for ever.
 */
const NESTED_WAIT_MS = 1000;

/**
 * The runtime ends the thread with the process, and a thread that is ended while it loads koffi takes
 * the process down with SIGABRT: at exit it is given this long to have it loaded.
 */
const LONGEST_START_MS = 3000;

/** Data that every such thread is started with. */
export interface BlockedThreadData extends ThreadData {
  /** Memory of its ring. */
  readonly ring: SharedArrayBuffer;
  /** The longest that one call may wait. */
  readonly waitMs: number;
}

/** How a thread ended. */
interface ThreadEnd {
  /** It was not asked to. */
  readonly isFailure: boolean;
  /** The thrown value. */
  readonly cause: unknown;
}

/** Dependencies of a thread. */
export interface BlockedThreadParts {
  /** As for `startThread()`. */
  readonly program: string;
  /** Its data beside {@link BlockedThreadData}. */
  readonly data: object;
  /** Timeout of the waiting call that means "for ever". */
  readonly foreverMs: number;
  /** Lets the thread return from the kernel, now or as soon as it waits. */
  readonly wake: () => void;
  /** Called with each pair that the thread pushes. */
  readonly onEvent: (first: number, second: number) => void;
  /** Called when it has ended, and uses nothing any more. */
  readonly onEnd: (end: ThreadEnd) => void;
}

/** The thread; at first it does not keep the process alive. */
export class BlockedThread {
  readonly #parts: BlockedThreadParts;
  readonly #ring = new EventRing();
  readonly #worker: Worker;
  readonly #onExit = (): void => {
    this.stop();
    this.#ring.waitStarted(LONGEST_START_MS);
  };

  constructor(parts: BlockedThreadParts) {
    this.#parts = parts;
    this.#worker = startThread(parts.program, {
      ...parts.data,
      ring: this.#ring.memory,
      waitMs: isMainThread ? parts.foreverMs : NESTED_WAIT_MS,
    });
    // A worker may be terminated from now on, and nothing of ours would run: the thread has to be past that.
    if (!isMainThread) this.#ring.waitStarted(LONGEST_START_MS);
    this.#watchEnd();
    this.#worker.unref();
    this.#ring.listen(parts.onEvent);
    process.once("exit", this.#onExit);
  }

  /** Resolves when it has loaded all that it needs, and keeps the process alive until then. Never, if it ends before. */
  async started(): Promise<void> {
    this.#worker.ref();
    await this.#ring.started();
    this.#worker.unref();
  }

  /** Keeps the process alive, or not. */
  setAlive(alive: boolean): void {
    if (alive) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Has the thread end by itself. */
  stop(): void {
    if (this.#ring.stopped) return;
    this.#ring.stop();
    this.#parts.wake();
  }

  #watchEnd(): void {
    let cause: unknown;
    this.#worker.once("error", (error) => {
      cause = error;
    });
    this.#worker.once("exit", () => {
      const isFailure = !this.#ring.stopped;
      process.removeListener("exit", this.#onExit);
      this.#ring.stop();
      this.#parts.onEnd({ isFailure, cause });
    });
  }
}
