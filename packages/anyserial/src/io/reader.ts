// One reader at a time: the guard, abort and close around the backend's read. Counts only; memory
// comes from the caller.

import { SerialBusyError } from "../errors.ts";
import type { PortCore } from "./port-core.ts";
import { nextTurn, Turns } from "./turns.ts";

/** Reads for one port. */
export class Reader {
  readonly #core: PortCore;
  readonly #turns = new Turns();
  #busy = false;
  /** Bytes read since open. */
  bytes = 0;

  constructor(core: PortCore) {
    this.#core = core;
  }

  /**
   * Reads 1 to `into.length` bytes.
   *
   * @param into Memory of at least one byte.
   * @param signal Stops waiting; no byte is lost.
   * @param onRead Takes the count of bytes that were read before anybody else may read.
   * @returns Count, at once when bytes are there; 0 only after {@link Reader.restart}.
   */
  read(
    into: Uint8Array,
    signal: AbortSignal | undefined,
    onRead?: (count: number) => void,
  ): number | Promise<number> {
    this.#core.check("receive");
    signal?.throwIfAborted();
    if (this.#busy) throw busy(this.#core.path);
    const count = this.#core.run("receive", (port) => port.read(into));
    if (typeof count !== "number") return this.#wait(count, signal, onRead);
    this.bytes += count;
    onRead?.(count);
    return this.#turns.isOver() ? this.#yield(count) : count;
  }

  /** Ends a waiting read with 0 bytes, so that its caller looks anew at how to read. */
  restart(): void {
    if (this.#busy) this.#core.backendPort.cancelRead();
  }

  async #wait(
    pending: Promise<number>,
    signal: AbortSignal | undefined,
    onRead: ((count: number) => void) | undefined,
  ): Promise<number> {
    this.#busy = true;
    this.#turns.waited();
    const cancel = (): void => this.#core.backendPort.cancelRead();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const count = await pending;
      this.bytes += count;
      if (count > 0) onRead?.(count);
      if (count > 0) return count;
    } catch (error) {
      throw this.#core.noticed(error);
    } finally {
      this.#busy = false;
      signal?.removeEventListener("abort", cancel);
    }
    if (!this.#core.isOpen) throw this.#core.endError("receive");
    signal?.throwIfAborted();
    return 0;
  }

  async #yield(count: number): Promise<number> {
    this.#busy = true;
    await nextTurn();
    this.#busy = false;
    return count;
  }
}

function busy(path: string): SerialBusyError {
  return new SerialBusyError(`Cannot read from port "${path}": another receive is still waiting`, {
    code: "ERR_SERIAL_BUSY",
    path,
    operation: "receive",
  });
}
