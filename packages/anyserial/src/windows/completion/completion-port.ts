// Completions from one completion port of the process, drained by one worker thread. No thread of
// the system's pool ever enters JavaScript, and the thread here ends on request.

import { SerialError } from "../../errors/errors.ts";
import { BlockedThread, type BlockedThreadData } from "../../ffi/blocked-thread.ts";
import type { Handle, Kernel32 } from "../kernel32-calls.ts";
import type { CompletionListener, Completions } from "./completion.ts";
import { portProgram } from "./port-worker.program.ts";

const INFINITE_MS = 0xffff_ffff;
const HALF = 2 ** 32;

/** Data of the thread. */
export interface PortWorkerData extends BlockedThreadData {
  readonly port: Handle;
}

/** The thread and its port, from the first handle to the last. */
interface Running {
  readonly port: Handle;
  readonly thread: BlockedThread;
}

/** The completion port; its thread runs while there are handles or operations. */
export class CompletionPort implements Completions {
  readonly #kernel32: Kernel32;
  readonly #listeners = new Map<number, CompletionListener>();
  #running: Running | undefined;
  #handles = 0;

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

  #start(port: Handle): Running {
    const thread = new BlockedThread({
      program: portProgram,
      data: { port },
      foreverMs: INFINITE_MS,
      wake: () => this.#kernel32.postCompletion(port),
      onEvent: (low, high) => this.#listeners.get((high >>> 0) * HALF + (low >>> 0))?.onWake(),
      onEnd: ({ isFailure, cause }) => {
        this.#kernel32.closeHandle(port);
        if (isFailure) this.#fail(cause);
      },
    });
    return { port, thread };
  }

  #stopIfIdle(): void {
    if (this.#running === undefined || this.#handles > 0 || this.#listeners.size > 0) return;
    const { thread } = this.#running;
    this.#running = undefined;
    thread.stop();
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
}
