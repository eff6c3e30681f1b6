// Completions from one completion port of the process, drained by one worker thread. No thread of the
// system's pool ever enters JavaScript, and the thread here ends when it is told to.

import { isMainThread, Worker } from "node:worker_threads";
import { SerialError } from "../../errors.ts";
import { EventRing } from "../../ffi/event-ring.ts";
import type { Handle, Kernel32 } from "../kernel32.ts";
import type { CompletionListener, Completions } from "./completion.ts";

/**
 * A worker that is terminated by its parent cannot be woken: there, the thread looks up once a
 * second whether it is still wanted. On the main thread it blocks for ever.
 */
const NESTED_WAIT_MS = 1000;
const INFINITE_MS = 0xffff_ffff;

/** At exit, the thread is given this long to have loaded koffi: ended meanwhile, it may crash. */
const LONGEST_START_MS = 3000;

const HALF = 2 ** 32;

/** What the thread is told. */
export interface PortWorkerData {
  readonly port: Handle;
  readonly ring: SharedArrayBuffer;
  readonly waitMs: number;
}

/** The thread and its port, from the first handle to the last. */
interface Running {
  readonly port: Handle;
  readonly ring: EventRing;
  readonly worker: Worker;
  readonly onExit: () => void;
}

/** The completion port; its thread runs while there are handles or operations. */
export class CompletionPort implements Completions {
  readonly #kernel32: Kernel32;
  readonly #listeners = new Map<number, CompletionListener>();
  #running: Running | undefined;
  #handles = 0;
  #waiting = 0;

  constructor(kernel32: Kernel32) {
    this.#kernel32 = kernel32;
  }

  join(handle: Handle): number {
    if (this.#running === undefined) {
      const port = this.#kernel32.createCompletionPort();
      if (port < 0) return port;
      this.#running = this.#start(port);
    }
    const joined = this.#kernel32.joinCompletionPort(handle, this.#running.port);
    if (joined >= 0) this.#handles++;
    else this.#stopIfIdle();
    return joined;
  }

  leave(): void {
    this.#handles--;
    this.#stopIfIdle();
  }

  add(address: number, listener: CompletionListener): void {
    this.#listeners.set(address, listener);
  }

  remove(address: number): void {
    this.#listeners.delete(address);
    this.#stopIfIdle();
  }

  countWaiting(change: 1 | -1): void {
    const wasAlive = this.#waiting > 0;
    this.#waiting += change;
    const isAlive = this.#waiting > 0;
    if (isAlive === wasAlive) return;
    if (isAlive) this.#running?.worker.ref();
    else this.#running?.worker.unref();
  }

  #start(port: Handle): Running {
    const ring = new EventRing();
    const worker = startWorker({
      port,
      ring: ring.memory,
      waitMs: isMainThread ? INFINITE_MS : NESTED_WAIT_MS,
    });
    const onExit = (): void => {
      this.#wakeWorker(ring, port);
      ring.waitStarted(LONGEST_START_MS);
    };
    let cause: unknown;
    worker.once("error", (error) => {
      cause = error;
    });
    worker.once("exit", () => {
      process.removeListener("exit", onExit);
      this.#kernel32.closeHandle(port);
      if (!ring.stopped) this.#fail(cause);
    });
    if (this.#waiting === 0) worker.unref();
    ring.listen((low, high) => {
      this.#listeners.get((high >>> 0) * HALF + (low >>> 0))?.onWake();
    });
    process.once("exit", onExit);
    return { port, ring, worker, onExit };
  }

  #stopIfIdle(): void {
    if (this.#running === undefined || this.#handles > 0 || this.#listeners.size > 0) return;
    const { ring, port } = this.#running;
    this.#running = undefined;
    this.#wakeWorker(ring, port);
  }

  #fail(cause: unknown): void {
    this.#running = undefined;
    const error = new SerialError("Cannot wait for ports: the thread of completions ended", {
      code: "ERR_SERIAL_READINESS",
      cause,
      hint: "see the cause: a thread needs some handles and memory",
    });
    for (const listener of [...this.#listeners.values()]) listener.onFailed(error);
  }

  /** Lets the thread leave the kernel; it ends by itself. */
  #wakeWorker(ring: EventRing, port: Handle): void {
    ring.stop();
    this.#kernel32.postCompletion(port);
  }
}

function startWorker(workerData: PortWorkerData): Worker {
  return new Worker(new URL("./port-worker.js", import.meta.url), {
    workerData,
    execArgv: [],
    stdout: false,
    stderr: false,
  });
}
