// Wakes any runtime's event loop from one worker thread that is blocked in the poller: for Bun,
// Deno, worker threads, and programs that do not export libuv. Events cross in shared memory.

import { SerialError } from "../../errors/errors.ts";
import { BlockedThread, type BlockedThreadData } from "../../ffi/blocked-thread.ts";
import { reactorProgram } from "./reactor-worker.program.ts";
import type { OnEvent, Waker } from "./readiness.ts";
import type { ThreadQueue } from "./thread-queue.ts";

/** Data that the worker thread is started with. */
export interface ReactorWorkerData extends BlockedThreadData {
  readonly queue: ThreadQueue;
}

/** Lets the thread return from the kernel. */
export interface Stopper {
  /** Wakes the thread, now or as soon as it waits. */
  wake(): void;
  /** Frees its resources; the thread has ended. */
  close(): void;
}

/** Dependencies of the waker. */
export interface ReactorParts {
  readonly queue: ThreadQueue;
  readonly stopper: Stopper;
  readonly onEvent: OnEvent;
}

export class ReactorWaker implements Waker {
  onFailed: ((error: SerialError) => void) | undefined;
  readonly started: Promise<void>;
  readonly #thread: BlockedThread;
  #hasEnded = false;
  #onStopped: (() => void) | undefined;

  constructor({ queue, stopper, onEvent }: ReactorParts) {
    let end: (failure: SerialError | undefined) => void = () => undefined;
    const ended = new Promise<void>((resolve, reject) => {
      end = (failure) => (failure === undefined ? resolve() : reject(failure));
    });
    try {
      this.#thread = new BlockedThread({
        program: reactorProgram,
        data: { queue },
        foreverMs: -1,
        wake: () => stopper.wake(),
        onEvent,
        onEnd: ({ isFailure, cause }) => {
          this.#hasEnded = true;
          stopper.close();
          const failure = isFailure ? threadError(cause) : undefined;
          end(failure);
          if (failure !== undefined) this.onFailed?.(failure);
          this.#onStopped?.();
        },
      });
      this.started = Promise.race([this.#thread.started(), ended]);
      this.started.catch(() => undefined); // onFailed reports it where nobody waits
    } catch (error) {
      stopper.close();
      throw error;
    }
  }

  stop(onStopped: () => void): void {
    this.#thread.stop();
    if (this.#hasEnded) onStopped();
    else this.#onStopped = onStopped;
  }
}

function threadError(cause: unknown): SerialError {
  return new SerialError("Cannot wait for ports: the reactor's thread ended", {
    code: "ERR_SERIAL_READINESS",
    cause,
    hint: "see the cause: a thread needs some descriptors and memory (ulimit -n, ulimit -u)",
  });
}
