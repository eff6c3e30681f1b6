// Wakes Node's own event loop: one uv_poll_t on the poller's descriptor, through the libuv that the
// program exports. No thread. The native callback only schedules an immediate, which runs in the
// same turn of the loop, so user code never runs inside it. See docs.libuv.org, uv_poll_t.

import type { Ffi, Pointer } from "../../ffi/ffi.ts";
import { clearImmediate, setImmediate } from "../../process/timers.ts";
import { pollerError } from "./poller-error.ts";
import type { Poller, Waker } from "./readiness.ts";

const UV_READABLE = 1;
/** `UV_POLL` of `uv_handle_type`; unchanged since libuv 1.0. */
const UV_POLL = 8;

export interface LibuvCalls {
  readonly defaultLoop: () => Pointer;
  readonly handleSize: (type: number) => number;
  readonly pollInit: (loop: Pointer, handle: Pointer, fd: number) => number;
  readonly pollStart: (handle: Pointer, events: number, callback: Pointer) => number;
  readonly pollStop: (handle: Pointer) => number;
  readonly unref: (handle: Pointer) => void;
  readonly close: (handle: Pointer, callback: Pointer) => void;
  readonly allocate: (count: number, size: number) => Pointer;
  readonly free: (memory: Pointer) => void;
  /** Function pointer for uv_poll_start; calls the listener of the handle it is given. */
  readonly onPoll: Pointer;
  /** Function pointer for uv_close: free(3) itself, so that no JavaScript runs there. */
  readonly onClose: Pointer;
  /** Listeners by handle address. */
  readonly listeners: Map<Pointer, () => void>;
}

/**
 * Binds libuv.
 *
 * @param ffi Foreign-function interface.
 * @returns The calls, or `undefined` where the program does not export libuv.
 */
export function bindLibuv(ffi: Ffi): LibuvCalls | undefined {
  const program = ffi.program();
  if (!program.has("uv_poll_init") || !program.has("uv_default_loop")) return undefined;
  const listeners = new Map<Pointer, () => void>();
  const poll = (handle: Pointer): void => listeners.get(handle)?.();
  return {
    defaultLoop: program.bind("uv_default_loop", "pointer", []),
    handleSize: program.bind("uv_handle_size", "size", ["int"]),
    pollInit: program.bind("uv_poll_init", "int", ["pointer", "pointer", "int"]),
    pollStart: program.bind("uv_poll_start", "int", ["pointer", "int", "pointer"]),
    pollStop: program.bind("uv_poll_stop", "int", ["pointer"]),
    unref: program.bind("uv_unref", "void", ["pointer"]),
    close: program.bind("uv_close", "void", ["pointer", "pointer"]),
    allocate: program.bind("calloc", "pointer", ["size", "size"]),
    free: program.bind("free", "void", ["pointer"]),
    onPoll: ffi.callback(poll, "void", ["pointer", "int", "int"]),
    onClose: program.address("free"),
    listeners,
  };
}

export class LibuvWaker implements Waker {
  readonly #uv: LibuvCalls;
  readonly #handle: Pointer;
  readonly #onReady: () => void;
  #next: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(uv: LibuvCalls, poller: Poller, onReady: () => void) {
    this.#uv = uv;
    this.#onReady = onReady;
    // Outside the JavaScript heap: libuv owns the memory until the close callback frees it.
    this.#handle = uv.allocate(1, uv.handleSize(UV_POLL));
    const result = uv.pollInit(uv.defaultLoop(), this.#handle, poller.fd);
    if (result < 0) {
      uv.free(this.#handle); // a handle that was not initialised must not be closed
      throw pollerError("uv_poll_init", result);
    }
    uv.listeners.set(this.#handle, () => this.#schedule());
    uv.pollStart(this.#handle, UV_READABLE, uv.onPoll);
    uv.unref(this.#handle);
  }

  stop(onStopped: () => void): void {
    this.#stopped = true;
    this.#uv.listeners.delete(this.#handle);
    this.#uv.pollStop(this.#handle);
    this.#uv.close(this.#handle, this.#uv.onClose);
    onStopped();
  }

  /**
   * A new one for every event: an immediate that was lost must not keep the next one from coming.
   */
  #schedule(): void {
    clearImmediate(this.#next);
    this.#next = setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#next = undefined;
    if (!this.#stopped) this.#onReady();
  };
}
