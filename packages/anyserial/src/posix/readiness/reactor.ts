// Wakes any runtime's event loop from one worker thread that is blocked in the poller: for Bun,
// Deno, worker threads, and programs that do not export libuv. Events cross in shared memory.

import { closeSync, writeSync } from "node:fs";
import { isMainThread, Worker } from "node:worker_threads";
import type { Ffi } from "../../ffi/ffi.ts";
import type { EpollEventLayout } from "./epoll.ts";
import { EventRing } from "./event-ring.ts";
import { type OnEvent, type Poller, READABLE, type Waker } from "./readiness.ts";

const EFD_CLOEXEC = 0x80000;
const STOP_TOKEN = 0;

/**
 * A worker that is terminated by its parent cannot be woken: there, the thread looks up once a
 * second whether it is still wanted. On the main thread it blocks for ever.
 */
const NESTED_WAIT_MS = 1000;

/** What the worker thread is started with. */
export interface ReactorWorkerData {
  readonly epfd: number;
  readonly layout: EpollEventLayout;
  readonly ring: SharedArrayBuffer;
  readonly waitMs: number;
}

/** Makes an eventfd(2); fails with `-errno`. */
export type OpenEventFd = () => number;

/** Binds eventfd(2). */
export function bindEventFd(ffi: Ffi): OpenEventFd {
  const eventfd = ffi
    .program()
    .bind<(initial: number, flags: number) => number>("eventfd", "int", ["uint", "int"]);
  return () => eventfd(0, EFD_CLOEXEC);
}

/** What the waker is built from. */
export interface ReactorParts {
  readonly openEventFd: OpenEventFd;
  readonly poller: Poller;
  readonly layout: EpollEventLayout;
  readonly onEvent: OnEvent;
}

/** The waker. */
export class ReactorWaker implements Waker {
  readonly #ring: EventRing;
  readonly #worker: Worker;
  readonly #stopFd: number;
  readonly #onExit = (): void => this.#wakeWorker();
  #alive = false;

  constructor({ openEventFd, poller, layout, onEvent }: ReactorParts) {
    this.#ring = new EventRing();
    this.#stopFd = openEventFd();
    poller.add(this.#stopFd, STOP_TOKEN, READABLE);
    const workerData: ReactorWorkerData = {
      epfd: poller.fd,
      layout,
      ring: this.#ring.memory,
      waitMs: isMainThread ? -1 : NESTED_WAIT_MS,
    };
    this.#worker = new Worker(new URL("./reactor-worker.js", import.meta.url), {
      workerData,
      execArgv: [],
      stdout: false,
      stderr: false,
    });
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
    process.removeListener("exit", this.#onExit);
    this.#worker.once("exit", () => {
      closeSync(this.#stopFd);
      onStopped();
    });
    this.#wakeWorker();
  }

  /** Lets the thread leave the kernel; it ends by itself. */
  #wakeWorker(): void {
    this.#ring.stop();
    writeSync(this.#stopFd, new Uint8Array(new BigUint64Array([1n]).buffer));
  }
}
