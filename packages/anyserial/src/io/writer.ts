// The sends of an open port: whole views in short writes.

import { lostMemory } from "../errors/lost-memory.ts";
import { NEXT_TASK, NOTHING_NOW, type Operation } from "./lane.ts";
import type { PortLifecycle } from "./port-lifecycle.ts";
import { sendAborted, sendFailed } from "./send-error.ts";

/** After this many short writes in a row, the event loop runs once. */
const WRITES_PER_TASK = 32;

/** Writes for one port. */
export class Writer {
  readonly #core: PortLifecycle;
  /** Bytes accepted by the kernel since open. */
  bytes = 0;

  constructor(core: PortLifecycle) {
    this.#core = core;
  }

  /**
   * Writes all of a view.
   *
   * @param data Bytes; must not change until the promise is settled.
   * @param signal Stops waiting; rejects with a `SendAbortedError`.
   */
  async send(data: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    await this.sendNow(data, signal);
  }

  /** As {@link Writer.send}; a promise only where it has to wait. */
  sendNow(data: Uint8Array, signal: AbortSignal | undefined): Promise<unknown> | undefined {
    const { path, writing } = this.#core;
    writing.check();
    const { length } = data;
    if (signal?.aborted === true) {
      throw sendAborted(signal.reason, { path, length, bytesWritten: 0 });
    }
    const sent = length === 0 || writing.run(this.#sending(data), signal);
    return sent === true ? undefined : sent;
  }

  /** Writes as many bytes as the kernel takes at once. */
  trySend(data: Uint8Array): number {
    const { port, writing } = this.#core;
    writing.check();
    if (data.length === 0) return 0;
    try {
      const count = port.tryWrite(data);
      this.bytes += count;
      return count;
    } catch (error) {
      throw this.#core.noticed(error);
    }
  }

  #sending(data: Uint8Array): Operation<true> {
    const { path, port } = this.#core;
    const { length } = data;
    let bytesWritten = 0;
    return {
      attempt: () => {
        for (let writes = WRITES_PER_TASK; writes > 0; writes--) {
          if (data.length < length) throw lostMemory("send", path);
          const isWhole = bytesWritten === 0 && data.length === length; // else it may have grown
          const count = port.tryWrite(isWhole ? data : data.subarray(bytesWritten, length));
          bytesWritten += count;
          this.bytes += count;
          if (bytesWritten === length) return true;
          if (count === 0) return NOTHING_NOW;
        }
        return NEXT_TASK;
      },
      failed: (error) => sendFailed(error, bytesWritten),
      aborted: (reason) => sendAborted(reason, { path, length, bytesWritten }),
    };
  }
}
