// Changes of the modem lines, to be iterated over: samples while a call waits, never otherwise.

import { underEither } from "../abort/abort.ts";
import {
  type ModemLineChange,
  type ModemLineSample,
  modemLineEdges,
  type UncountedEdges,
  uncountedEdges,
} from "../model/modem-lines.ts";
import { clockMs } from "../process/timers.ts";
import type { SerialCore } from "./port-lifecycle.ts";
import type { PullSource } from "./pull-iterator.ts";

/** Counts that a driver has not made by then will never come: some count one edge of RI only. */
const COUNT_LAG_MS = 500;

/** Changes from the moment of construction on. */
export class ModemLineSource implements PullSource<ModemLineChange> {
  readonly #core: SerialCore;
  readonly #found: ModemLineChange[] = [];
  #last: ModemLineSample | Promise<ModemLineSample>;
  #uncounted: UncountedEdges;
  #foundAt = clockMs();
  /** Lives as long as the iterator: a port without references is closed. */
  readonly owner: object | undefined;

  constructor(core: SerialCore, owner?: object) {
    this.#core = core;
    this.owner = owner;
    this.#last = this.#sample();
    if (this.#last instanceof Promise) this.#last.catch(() => undefined); // the first next() fails
    this.#uncounted = uncountedEdges(core.port.countsLinesLate?.() === true ? 1 : 0);
  }

  /** The next edge; `undefined` after close(). */
  async next(signal: AbortSignal): Promise<ModemLineChange | undefined> {
    for (;;) {
      const change = this.#found.shift();
      if (change !== undefined) return change;
      signal.throwIfAborted();
      if (!this.#core.isOpen) return this.#closed();
      try {
        const [last, sample] = await Promise.all([this.#last, this.#sample()]);
        this.#find(last, sample);
      } catch (error) {
        if (this.#core.isOpen) throw error;
        return this.#closed();
      }
      if (this.#found.length === 0) await this.#wait(signal);
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { port, ending } = this.#core;
    try {
      await underEither(ending, signal, (either) => port.waitModemLineChange(either));
    } catch (error) {
      if (this.#core.isOpen || signal.aborted) throw error;
    }
  }

  #find(last: ModemLineSample, sample: ModemLineSample): void {
    const now = clockMs();
    if (now - this.#foundAt > COUNT_LAG_MS) this.#uncounted = uncountedEdges();
    this.#found.push(...modemLineEdges(last, sample, this.#uncounted));
    this.#last = sample;
    if (this.#found.length > 0) this.#foundAt = now;
  }

  /** After a disconnect the iteration fails. */
  async #closed(): Promise<undefined> {
    if ((await this.#core.closed) !== undefined) throw this.#core.endError("modemLineChanges");
    return undefined;
  }

  /** Counts first: an edge in between is seen in the levels, and counted later. */
  #sample(): ModemLineSample | Promise<ModemLineSample> {
    return this.#core.ask("modemLineChanges", (port) => {
      const counts = port.modemLineCounts();
      const lines = port.modemLines();
      if (!(lines instanceof Promise)) return { lines, counts };
      return lines.then((answer) => ({ lines: answer, counts: port.modemLineCounts() }));
    });
  }
}
