// Changes of the modem lines as an async iterator: samples while somebody waits, never otherwise.

import { underEither } from "../abort.ts";
import { type ModemLineChange, type ModemLineSample, modemLineEdges } from "../modem-lines.ts";
import type { PortCore } from "./port-core.ts";

/** Changes from the moment of construction on. */
export class ModemLineChanges implements AsyncIterableIterator<ModemLineChange, undefined> {
  readonly #core: PortCore;
  readonly #signal: AbortSignal | undefined;
  readonly #found: ModemLineChange[] = [];
  #last: ModemLineSample;
  #isOver = false;
  /** Lives as long as the iterator: a port that nobody holds any more is closed. */
  readonly owner: object | undefined;

  constructor(core: PortCore, signal: AbortSignal | undefined, owner?: object) {
    this.#core = core;
    this.owner = owner;
    this.#signal = signal;
    this.#last = this.#sample();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ModemLineChange, undefined>> {
    const { backendPort, ending } = this.#core;
    while (!this.#isOver) {
      const change = this.#found.shift();
      if (change !== undefined) return { done: false, value: change };
      this.#signal?.throwIfAborted();
      if (!this.#core.isOpen) return this.#end();
      const sample = this.#sample();
      this.#found.push(...modemLineEdges(this.#last, sample));
      this.#last = sample;
      if (this.#found.length > 0) continue;
      try {
        await underEither(ending, this.#signal, (either) =>
          backendPort.waitModemLineChange(either),
        );
      } catch (error) {
        if (this.#core.isOpen || this.#signal?.aborted === true) throw error;
      }
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<ModemLineChange, undefined>> {
    this.#isOver = true;
    return { done: true, value: undefined };
  }

  /** After close() the iteration ends; after a disconnect it fails. */
  async #end(): Promise<IteratorResult<ModemLineChange, undefined>> {
    this.#isOver = true;
    if ((await this.#core.closed) !== undefined) throw this.#core.endError("modemLineChanges");
    return { done: true, value: undefined };
  }

  #sample(): ModemLineSample {
    return this.#core.run("modemLineChanges", (port) => ({
      lines: port.modemLines(),
      counts: port.modemLineCounts(),
    }));
  }
}
