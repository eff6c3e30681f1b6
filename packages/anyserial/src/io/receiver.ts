// The receive family over the reader: where the bytes go, and what a marking port does to them.

import type { LineErrorCounts } from "../backend/backend.ts";
import { ConfigurationError } from "../errors.ts";
import { lineErrorCounts } from "./line-errors.ts";
import { type LineEvent, MarkedInput } from "./marked-input.ts";
import type { PortCore } from "./port-core.ts";
import { Reader } from "./reader.ts";
import { Slab } from "./slab.ts";

/** Receives for one port. */
export class Receiver {
  readonly #core: PortCore;
  readonly #reader: Reader;
  #slab: Slab;
  #slabSize: number;
  #marked: MarkedInput | undefined;
  #marks = false;

  constructor(core: PortCore) {
    this.#core = core;
    this.#reader = new Reader(core);
    this.#slabSize = core.config.readChunkSize;
    this.#slab = new Slab(this.#slabSize);
    this.reconfigured();
  }

  /** Bytes read from the kernel since open. */
  get bytes(): number {
    return this.#reader.bytes;
  }

  /** Data bytes decoded from marks and not taken. */
  get decoded(): number {
    return this.#marked?.waiting ?? 0;
  }

  /** The configuration changed. */
  reconfigured(): void {
    const { readChunkSize } = this.#core.config;
    if (readChunkSize !== this.#slabSize) {
      this.#slabSize = readChunkSize;
      this.#slab = new Slab(readChunkSize);
    }
    const { marksErrors } = this.#core.backendPort;
    if (marksErrors === this.#marks) return;
    this.#marks = marksErrors;
    this.#reader.restart(); // what it reads from here on has, or has not, marks in it
    if (marksErrors) {
      const hasParity = (): boolean => this.#core.config.parity !== "none";
      this.#marked ??= new MarkedInput(lineErrorCounts(this.#core.backendPort), hasParity);
    }
  }

  /** The input queue was discarded. */
  cleared(): void {
    this.#marked?.clear();
  }

  /** Reads into memory of the port: a view that is the caller's to keep. */
  receive(most: number, signal?: AbortSignal): Uint8Array | Promise<Uint8Array> {
    const offer = this.#slab.offer(most);
    const count = this.receiveInto(offer, signal);
    if (typeof count === "number") return this.#slab.take(offer, count);
    return this.#takeLater(offer, count);
  }

  /** Reads into the caller's memory: 1 byte or more, at once where they are there. */
  receiveInto(into: Uint8Array, signal?: AbortSignal): number | Promise<number> {
    if (this.#marked !== undefined) return this.#receiveMarked(into, signal);
    const count = this.#reader.read(into, signal);
    if (typeof count === "number") return count;
    return count.then((later) => (later > 0 ? later : this.#receiveMarked(into, signal)));
  }

  /** Between the end of a read and its caller's turn, another caller may read already. */
  async #takeLater(offer: Uint8Array, count: Promise<number>): Promise<Uint8Array> {
    const slab = this.#slab;
    slab.hold(offer);
    try {
      return slab.take(offer, await count);
    } catch (error) {
      slab.take(offer, 0);
      throw error;
    }
  }

  /** As long as marks are on, or what was decoded with them is left; then as without. */
  async #receiveMarked(into: Uint8Array, signal?: AbortSignal): Promise<number> {
    for (;;) {
      if (this.#marked !== undefined) {
        this.#core.check("receive");
        signal?.throwIfAborted();
        const count = this.#marked.takeData(into);
        if (count > 0) return count;
        if (!this.#marks) this.#marked = undefined; // turned off, and all that was decoded is taken
      }
      if (this.#marked === undefined) {
        const count = await this.#reader.read(into, signal);
        if (count > 0) return count;
      } else await this.#decode(this.#marked, into.length, signal);
    }
  }

  /** The next event in wire order. */
  async receiveEvent(signal?: AbortSignal): Promise<LineEvent> {
    for (;;) {
      const marked = this.#marked;
      if (marked === undefined || !this.#marks) throw notMarking(this.#core.path);
      this.#core.check("receive");
      signal?.throwIfAborted();
      const event = marked.takeEvent();
      if (event !== undefined) return event;
      await this.#decode(marked, this.#core.config.readChunkSize, signal);
    }
  }

  async #decode(marked: MarkedInput, most: number, signal?: AbortSignal): Promise<void> {
    const offer = this.#slab.offer(most);
    await this.#reader.read(offer, signal, (count) => {
      marked.push(offer.subarray(0, count), this.#counts());
    });
  }

  /** A device that goes away right after a read must not take the bytes of the read with it. */
  #counts(): LineErrorCounts | undefined {
    try {
      return lineErrorCounts(this.#core.backendPort);
    } catch (error) {
      this.#core.noticed(error);
      return undefined;
    }
  }
}

function notMarking(path: string): ConfigurationError {
  return new ConfigurationError(
    `Cannot receive events from port "${path}": lineErrors is "count"`,
    {
      code: "ERR_SERIAL_NOT_MARKING",
      path,
      operation: "receiveEvents",
      hint: 'open the port with lineErrors: "mark", or configure() it so',
    },
  );
}
