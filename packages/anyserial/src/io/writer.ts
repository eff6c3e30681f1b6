// One writer at a time: whole views, short writes, abort and close around the backend's write.

import {
  isSerialError,
  SerialBusyError,
  type SerialError,
  type SerialErrorDetails,
} from "../errors.ts";
import type { PortCore } from "./port-core.ts";
import { nextTurn, Turns } from "./turns.ts";

/** Writes for one port. */
export class Writer {
  readonly #core: PortCore;
  readonly #turns = new Turns();
  #busy = false;
  /** Bytes accepted by the kernel since open. */
  bytes = 0;

  constructor(core: PortCore) {
    this.#core = core;
  }

  /**
   * Writes all of a view.
   *
   * @param data Bytes; must not change until the promise settles.
   * @param signal Stops waiting; the rejection carries `bytesWritten`.
   */
  async send(data: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    this.#core.check("send");
    if (signal?.aborted === true) throw withBytesWritten(signal.reason, 0);
    if (this.#busy) throw busy(this.#core.path);
    if (data.length === 0) return;
    const count = this.#writeFirst(data);
    if (count === data.length) {
      this.bytes += count;
      if (this.#turns.isOver()) await this.#guarded(nextTurn());
      return;
    }
    await this.#guarded(this.#sendRest(data, count, signal));
  }

  /** Writes what the kernel takes at once. */
  trySend(data: Uint8Array): number {
    this.#core.check("send");
    if (this.#busy) throw busy(this.#core.path);
    if (data.length === 0) return 0;
    const count = this.#core.run("send", (port) => port.tryWrite(data));
    this.bytes += count;
    return count;
  }

  async #guarded(work: Promise<void>): Promise<void> {
    this.#busy = true;
    try {
      await work;
    } finally {
      this.#busy = false;
    }
  }

  async #sendRest(
    data: Uint8Array,
    first: number | Promise<number>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const cancel = (): void => this.#core.backendPort.cancelWrite();
    signal?.addEventListener("abort", cancel, { once: true });
    let written = 0;
    try {
      for (let next = first; ; next = this.#writeMore(data.subarray(written))) {
        const count = typeof next === "number" ? next : await next;
        written += count;
        this.bytes += count;
        if (written === data.length) return;
        if (typeof next !== "number") this.#turns.waited();
        else if (this.#turns.isOver()) await nextTurn();
        if (!this.#core.isOpen) throw this.#core.endError("send", { bytesWritten: written });
        signal?.throwIfAborted();
      }
    } catch (error) {
      throw withBytesWritten(this.#core.noticed(error), written);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  #writeFirst(data: Uint8Array): number | Promise<number> {
    try {
      return this.#core.run("send", (port) => port.write(data));
    } catch (error) {
      throw withBytesWritten(error, 0);
    }
  }

  #writeMore(rest: Uint8Array): number | Promise<number> {
    return this.#core.backendPort.write(rest);
  }
}

/** The reason of an aborted send tells how far it came, whatever object the caller's signal has. */
function withBytesWritten(error: unknown, bytesWritten: number): unknown {
  if (isSerialError(error) && error.bytesWritten === undefined) {
    const Class = error.constructor as new (
      message: string,
      details: SerialErrorDetails,
    ) => SerialError; // every subclass keeps the constructor of SerialError
    return new Class(error.message, { ...error, cause: error.cause, bytesWritten });
  }
  if (typeof error === "object" && error !== null && Object.isExtensible(error)) {
    Object.defineProperty(error, "bytesWritten", { value: bytesWritten, configurable: true });
  }
  return error;
}

function busy(path: string): SerialBusyError {
  return new SerialBusyError(`Cannot write to port "${path}": another send is still waiting`, {
    code: "ERR_SERIAL_BUSY",
    path,
    operation: "send",
  });
}
