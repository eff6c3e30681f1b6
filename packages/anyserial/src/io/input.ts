// Received bytes of a port, one attempt at a time: first those held here, then those of the kernel,
// decoded where the port marks errors in them. Used by the asynchronous port and the blocking one.

import type { Transfer } from "../backend/channel.ts";
import type { SerialConfig } from "../config/config.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import { checkMemory } from "../errors/lost-memory.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import { lineErrorCounts } from "./line-errors.ts";
import { type LineEvent, ParmrkInput } from "./parmrk.ts";
import { ResultMemory } from "./result-memory.ts";

/** `inputWaiting()` of a marking port reads on until so much is decoded and not taken, in bytes. */
const MOST_DECODED = 65_536;
/** After this many empty reads in a row, a driver that counts bytes is taken to have none. */
const MOST_EMPTY_READS = 8;

/** The line of a port that can mark errors in received bytes. */
export interface MarkingLine {
  /** Received bytes are PARMRK-escaped now. */
  readonly marksErrors: boolean;
  /** Bytes in the kernel. */
  inputWaiting(): number;
  lineErrorCounts(): LineErrorCounts;
}

/** Source of an input. */
export interface InputParts {
  /** Port to name in errors. */
  readonly path: string;
  readonly port: Pick<Transfer, "tryRead">;
  /** `undefined` where received bytes are never marked. */
  readonly line: MarkingLine | undefined;
  /** In force. */
  readonly config: InputConfig;
}

/** The settings that matter here. */
type InputConfig = Pick<SerialConfig, "readChunkSize" | "lineErrors" | "parity">;

/** The input of one port. */
export class Input {
  readonly #path: string;
  readonly #port: Pick<Transfer, "tryRead">;
  readonly #line: MarkingLine | undefined;
  readonly #held: ParmrkInput;
  #memory: ResultMemory;
  #marks = false;
  /** The driver counts errors; asking one that does not costs an exception each time. */
  #isCounted = false;
  #hasParity = false;
  /** Bytes read from the kernel since open. */
  bytes = 0;

  constructor({ path, port, line, config }: InputParts) {
    this.#path = path;
    this.#port = port;
    this.#line = line;
    this.#held = new ParmrkInput(undefined, () => this.#hasParity);
    this.#memory = new ResultMemory(config.readChunkSize);
    this.reconfigured(config);
  }

  /** Memory for results. */
  get memory(): ResultMemory {
    return this.#memory;
  }

  /** Received errors are marked, and decoded here. */
  get marks(): boolean {
    return this.#marks;
  }

  /** Data bytes that were read from the kernel and not taken. */
  get held(): number {
    return this.#held.waiting;
  }

  /** Receives the available bytes. @returns Their number; 0 when there are none now. */
  tryReceive(into: Uint8Array): number {
    checkMemory(into, this.#path);
    if (!this.#marks && this.#held.isEmpty) {
      const count = this.#port.tryRead(into);
      this.bytes += count;
      return count;
    }
    for (;;) {
      const count = this.#held.takeData(into);
      if (count > 0) return count;
      if (!this.#marks) return this.tryReceive(into);
      if (this.#decode(into.length) === 0) return 0;
    }
  }

  /** Receives the next event in wire order; `undefined` when there is none now. */
  tryReceiveEvent(): LineEvent | undefined {
    for (;;) {
      const event = this.#held.takeEvent();
      if (event !== undefined || this.#decode(this.#memory.size) === 0) return event;
    }
  }

  /** Takes back an event that the caller could not use: it is received next. */
  giveBack(event: LineEvent): void {
    this.#held.giveBack(event);
  }

  /**
   * Counts the bytes that a receive would get now. Escapes and marks do not count: where there may
   * be any, the kernel's bytes are decoded to be counted.
   */
  inputWaiting(): number {
    const inKernel = this.#line?.inputWaiting() ?? 0;
    if (!this.#marks) return inKernel + this.#held.waiting;
    if (inKernel > 0) this.#readWaiting(MOST_DECODED);
    return this.#held.waiting;
  }

  /**
   * The configuration is about to change: the kernel's bytes are read first where they would have
   * another meaning afterwards, a mark or a plain 0xFF. Bytes that arrive between that and the
   * commit, some µs, cannot be distinguished.
   */
  reconfiguring({ lineErrors, parity }: Pick<SerialConfig, "lineErrors" | "parity">): void {
    const isOther = this.#marks !== (lineErrors === "mark");
    if (isOther || (this.#marks && this.#hasParity !== (parity !== "none"))) this.#readWaiting();
  }

  /** The configuration changed. */
  reconfigured({ readChunkSize, parity }: Pick<SerialConfig, "readChunkSize" | "parity">): void {
    if (readChunkSize !== this.#memory.size) this.#memory = new ResultMemory(readChunkSize);
    this.#hasParity = parity !== "none";
    const marks = this.#line?.marksErrors ?? false;
    if (marks === this.#marks) return;
    this.#marks = marks;
    this.#isCounted = marks;
    const counts = this.#counts();
    this.#isCounted = counts !== undefined;
    this.#held.start(counts);
  }

  /** The input queue was discarded. */
  cleared(): void {
    this.#held.clear();
  }

  /** @returns Bytes read; 0 when there are none now. */
  #decode(most: number): number {
    const memory = this.#memory;
    const offer = memory.offer(most);
    try {
      const count = this.#port.tryRead(offer);
      this.bytes += count;
      if (count > 0) this.#hold(offer.subarray(0, count));
      return count;
    } finally {
      memory.return(offer);
    }
  }

  /** Reads the kernel's bytes, by the rule in force, until this many are held here. */
  #readWaiting(most: number = Number.POSITIVE_INFINITY): void {
    for (let empty = 0; empty < MOST_EMPTY_READS && this.#held.size < most; ) {
      if (this.#decode(this.#memory.size) > 0) continue;
      if (this.#isKernelEmpty()) return;
      empty++;
    }
  }

  #isKernelEmpty(): boolean {
    try {
      return (this.#line?.inputWaiting() ?? 0) === 0;
    } catch (error) {
      if (error instanceof UnsupportedFeatureError) return true; // as the read said
      throw error;
    }
  }

  #hold(raw: Uint8Array): void {
    if (this.#marks) this.#held.push(raw, this.#counts());
    else this.#held.pushPlain(raw);
  }

  /** A device that goes away right after a read must not take the bytes of the read with it. */
  #counts(): LineErrorCounts | undefined {
    if (!this.#isCounted) return undefined;
    try {
      return this.#line && lineErrorCounts(this.#line);
    } catch {
      return undefined; // the next read fails
    }
  }
}
