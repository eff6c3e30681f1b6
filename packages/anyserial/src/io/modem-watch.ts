// Changes of the modem lines as an async iterator: samples while somebody waits, never otherwise.

import { underEither } from "../abort.ts";
import {
  type ModemLineChange,
  type ModemLineSample,
  modemLineEdges,
  type UncountedEdges,
  uncountedEdges,
} from "../modem-lines.ts";
import type { PortCore } from "./port-core.ts";

/** What a driver has not counted by then it will not count: some count one edge of RI only. */
const COUNT_LAG_MS = 500;

/** Changes from the moment of construction on. */
export class ModemLineChanges implements AsyncIterableIterator<ModemLineChange, undefined> {
  readonly #core: PortCore;
  readonly #signal: AbortSignal | undefined;
  readonly #found: ModemLineChange[] = [];
  #last: ModemLineSample;
  #uncounted: UncountedEdges;
  #foundAt = performance.now();
  #isOver = false;
  /** Lives as long as the iterator: a port that nobody holds any more is closed. */
  readonly owner: object | undefined;

  constructor(core: PortCore, signal: AbortSignal | undefined, owner?: object) {
    this.#core = core;
    this.owner = owner;
    this.#signal = signal;
    this.#last = this.#sample();
    this.#uncounted = uncountedEdges(core.backendPort.countsLinesLate?.() === true ? 1 : 0);
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
      this.#find(sample);
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

  #find(sample: ModemLineSample): void {
    const now = performance.now();
    if (now - this.#foundAt > COUNT_LAG_MS) this.#uncounted = uncountedEdges();
    this.#found.push(...modemLineEdges(this.#last, sample, this.#uncounted));
    this.#last = sample;
    if (this.#found.length > 0) this.#foundAt = now;
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

  /** Counts first: an edge in between is seen in the levels, and counted later. */
  #sample(): ModemLineSample {
    return this.#core.run("modemLineChanges", (port) => {
      const counts = port.modemLineCounts();
      return { lines: port.modemLines(), counts };
    });
  }
}
