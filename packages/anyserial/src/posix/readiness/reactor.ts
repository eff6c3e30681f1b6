// Wakes any runtime's event loop from one worker thread that is blocked in the poller: for Bun,
// Deno, worker threads, and programs that do not export libuv. Events cross in shared memory.

import { isMainThread, Worker } from "node:worker_threads";
import { SerialError } from "../../errors.ts";
import { EventRing } from "../../ffi/event-ring.ts";
import type { Ffi } from "../../ffi/ffi.ts";
import { type EpollEventLayout, pollerError } from "./epoll.ts";
import { type OnEvent, type Poller, READABLE, type Waker } from "./readiness.ts";

const EFD_CLOEXEC = 0x80000;
const STOP_TOKEN = 0;

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
  readonly epfd: number;
  readonly layout: EpollEventLayout;
  readonly ring: SharedArrayBuffer;
  readonly waitMs: number;
}

/** The eventfd(2) calls; failures are `-errno`. */
export interface EventFdCalls {
  open(): number;
  /** Makes the descriptor readable for good. */
  signal(fd: number): number;
  close(fd: number): number;
}

/** Binds eventfd(2). */
export function bindEventFd(ffi: Ffi): EventFdCalls {
  const library = ffi.program();
  type Write = (fd: number, value: Uint8Array, length: number) => number;
  const open = library.bind<(initial: number, flags: number) => number>("eventfd", "int", [
    "uint",
    "int",
  ]);
  const write = library.bind<Write>("write", "ssize", ["int", "bytes", "size"]);
  const close = library.bind<(fd: number) => number>("close", "int", ["int"]);
  const result = (value: number): number => (value < 0 ? -ffi.errno() : value);
  const one = new Uint8Array(new BigUint64Array([1n]).buffer);
  return {
    open: () => result(open(0, EFD_CLOEXEC)),
    signal: (fd) => result(write(fd, one, one.length)),
    close: (fd) => result(close(fd)),
  };
}

/** What the waker is built from. */
export interface ReactorParts {
  readonly eventFd: EventFdCalls;
  readonly poller: Poller;
  readonly layout: EpollEventLayout;
  readonly onEvent: OnEvent;
}

/** The waker. */
export class ReactorWaker implements Waker {
  onFailed: ((error: SerialError) => void) | undefined;
  readonly #ring: EventRing;
  readonly #worker: Worker;
  readonly #eventFd: EventFdCalls;
  readonly #stopFd: number;
  readonly #exited: Promise<void>;
  readonly #onExit = (): void => {
    this.#wakeWorker();
    this.#ring.waitStarted(LONGEST_START_MS);
  };
  #alive = false;

  constructor({ eventFd, poller, layout, onEvent }: ReactorParts) {
    this.#ring = new EventRing();
    this.#eventFd = eventFd;
    this.#stopFd = eventFd.open();
    if (this.#stopFd < 0) throw pollerError("eventfd", this.#stopFd);
    try {
      poller.add(this.#stopFd, STOP_TOKEN, READABLE);
      this.#worker = startWorker({
        epfd: poller.fd,
        layout,
        ring: this.#ring.memory,
        waitMs: isMainThread ? -1 : NESTED_WAIT_MS,
      });
    } catch (error) {
      eventFd.close(this.#stopFd);
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
      this.#eventFd.close(this.#stopFd);
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
    this.#eventFd.signal(this.#stopFd);
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
