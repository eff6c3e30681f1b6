// Wakes any runtime's event loop from one worker thread that is blocked in the poller: for Bun,
// Deno, worker threads, and programs that do not export libuv. Events cross in shared memory.

import { isMainThread, Worker } from "node:worker_threads";
import { SerialError } from "../../errors.ts";
import { EventRing } from "../../ffi/event-ring.ts";
import type { OnEvent, Waker } from "./readiness.ts";
import type { ThreadQueue } from "./thread-queue.ts";

/**
 * A worker that is terminated by its parent cannot be woken: there, the thread looks up once a
 * second whether it is still wanted. On the main thread it blocks for ever.
 */
const NESTED_WAIT_MS = 1000;

/**
 * The runtime ends the thread with the process, and a thread that is ended while it loads koffi takes
 * the process down with SIGABRT: at exit it is given this long to have it loaded.
 */
const LONGEST_START_MS = 2000;

/** What the worker thread is started with. */
export interface ReactorWorkerData {
  readonly queue: ThreadQueue;
  readonly ring: SharedArrayBuffer;
  readonly waitMs: number;
}

/** Lets the thread return from the kernel. */
export interface Stopper {
  /** Wakes the thread, now or as soon as it waits. */
  wake(): void;
  /** Gives back what it needed; the thread has ended. */
  close(): void;
}

/** What the waker is built from. */
export interface ReactorParts {
  readonly queue: ThreadQueue;
  readonly stopper: Stopper;
  readonly onEvent: OnEvent;
}

/** The waker. */
export class ReactorWaker implements Waker {
  onFailed: ((error: SerialError) => void) | undefined;
  readonly #ring: EventRing;
  readonly #worker: Worker;
  readonly #stopper: Stopper;
  readonly #exited: Promise<void>;
  readonly #onExit = (): void => {
    this.#wakeWorker();
    this.#ring.waitStarted(LONGEST_START_MS);
  };
  #alive = false;

  constructor({ queue, stopper, onEvent }: ReactorParts) {
    this.#ring = new EventRing();
    this.#stopper = stopper;
    try {
      this.#worker = startWorker({
        queue,
        ring: this.#ring.memory,
        waitMs: isMainThread ? -1 : NESTED_WAIT_MS,
      });
    } catch (error) {
      stopper.close();
      throw error;
    }
    this.#exited = this.#watchExit();
    this.#worker.unref();
    this.#ring.listen(onEvent);
    process.once("exit", this.#onExit);
  }

  setAlive(alive: boolean): void {
    if (alive === this.#alive) return;
    this.#alive = alive;
    if (alive) this.#worker.ref();
    else this.#worker.unref();
  }

  stop(onStopped: () => void): void {
    void this.#exited.then(() => {
      process.removeListener("exit", this.#onExit);
      this.#stopper.close();
      onStopped();
    });
    this.#wakeWorker();
  }

  /** The thread ends when it is told to; otherwise it could not start, and nothing wakes anybody. */
  #watchExit(): Promise<void> {
    let cause: unknown;
    this.#worker.once("error", (error) => {
      cause = error;
    });
    return new Promise((resolve) => {
      this.#worker.once("exit", () => {
        if (!this.#ring.stopped) this.onFailed?.(threadError(cause));
        resolve();
      });
    });
  }

  /** Lets the thread leave the kernel; it ends by itself. */
  #wakeWorker(): void {
    this.#ring.stop();
    this.#stopper.wake();
  }
}

function startWorker(workerData: ReactorWorkerData): Worker {
  return new Worker(new URL("./reactor-worker.js", import.meta.url), {
    workerData,
    execArgv: [],
    stdout: false,
    stderr: false,
  });
}

function threadError(cause: unknown): SerialError {
  return new SerialError("Cannot wait for ports: the reactor's thread ended", {
    code: "ERR_SERIAL_READINESS",
    cause,
    hint: "see the cause: a thread needs some descriptors and memory (ulimit -n, ulimit -u)",
  });
}
