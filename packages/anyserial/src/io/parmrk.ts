// Bytes that were read from the kernel and not taken yet: data and the marks of PARMRK, decoded.
// Nothing is lost when a caller takes less than was read, or gives back an event. See termios(3):
// FF 00 c is a character with a framing or parity error, FF 00 00 a break, FF FF the byte 0xFF.

import type { Bytes } from "../model/bytes.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";
import { lineErrorsSince } from "./line-errors.ts";

/** An event received with `lineErrors: "mark"`, in wire order. */
export type LineEvent =
  | { readonly kind: "data"; readonly data: Bytes }
  | { readonly kind: "break" }
  | {
      readonly kind: "framing" | "parity";
      /** The byte as it was received, 0 to 255. */
      readonly byte: number;
    }
  | {
      readonly kind: "overrun";
      /** Characters lost. */
      readonly count: number;
    };

const MARK = 0xff;

/** The input of one port that its callers have not taken. */
export class ParmrkInput {
  readonly #queue: LineEvent[] = [];
  #waiting = 0;
  /** An escape that the last read cut: FF, or FF 00. */
  #cut: number[] = [];
  #counts: LineErrorCounts | undefined;
  /** Errors counted whose marks were not read yet. */
  readonly #owed = { framing: 0, parity: 0, break: 0 };
  readonly #hasParity: () => boolean;

  /**
   * @param counts Counters at the start; `undefined` where the driver does not count.
   * @param hasParity The line carries a parity bit at present.
   */
  constructor(counts: LineErrorCounts | undefined, hasParity: () => boolean) {
    this.#counts = counts;
    this.#hasParity = hasParity;
  }

  /**
   * Decodes bytes from the kernel.
   *
   * @param raw Bytes as read.
   * @param counts Counters after the read: they distinguish framing errors from parity errors.
   */
  push(raw: Uint8Array, counts: LineErrorCounts | undefined): void {
    const bytes = this.#cut.length === 0 ? raw : Uint8Array.from([...this.#cut, ...raw]);
    this.#cut = [];
    const lost = this.#owe(counts);
    const first = bytes.indexOf(MARK);
    if (first === -1) this.pushPlain(bytes);
    else this.#decode(bytes, first);
    if (lost > 0) this.#add({ kind: "overrun", count: lost });
  }

  /** @param first Place of the first FF. */
  #decode(bytes: Uint8Array, first: number): void {
    const data = new Uint8Array(bytes.length);
    let length = 0;
    let at = 0;
    const endData = (): void => {
      this.pushPlain(data.subarray(0, length));
      length = 0;
    };
    for (let mark = first; mark !== -1; mark = bytes.indexOf(MARK, at)) {
      data.set(bytes.subarray(at, mark), length);
      length += mark - at;
      const error = bytes[mark + 2];
      if (bytes[mark + 1] === MARK) {
        data[length++] = MARK;
        at = mark + 2;
      } else if (error === undefined) {
        this.#cut = [...bytes.subarray(mark)];
        endData();
        return;
      } else {
        endData();
        this.#add(this.#event(error));
        at = mark + 3;
      }
    }
    data.set(bytes.subarray(at), length);
    length += bytes.length - at;
    endData();
  }

  /** Takes in data without marks in it. */
  pushPlain(data: Uint8Array): void {
    if (data.length > 0) this.#add({ kind: "data", data: data.slice() });
  }

  /** Takes back the last taken event: it is the next to be taken. */
  giveBack(event: LineEvent): void {
    this.#queue.unshift(event);
    this.#waiting += lengthOf(event);
  }

  /** Bytes read from here on have marks: errors counted before have none. */
  start(counts: LineErrorCounts | undefined): void {
    this.#counts = counts;
    this.#forgetMarks();
  }

  /** Nothing is left to be taken. */
  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** The next event, or `undefined`. */
  takeEvent(): LineEvent | undefined {
    const event = this.#queue.shift();
    if (event !== undefined) this.#waiting -= lengthOf(event);
    return event;
  }

  /** Copies data into `into`, passing over marks: bytes copied, 0 when there are none. */
  takeData(into: Uint8Array): number {
    let copied = 0;
    while (copied < into.length) {
      const event = this.takeEvent();
      if (event === undefined) break;
      if (event.kind !== "data") continue;
      const part = event.data.subarray(0, into.length - copied);
      into.set(part, copied);
      copied += part.length;
      if (part.length < event.data.length) {
        this.giveBack({ kind: "data", data: event.data.subarray(part.length) });
      }
    }
    return copied;
  }

  /** Data bytes not taken. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Memory in use, roughly: a byte of data and an event count alike. */
  get size(): number {
    return this.#waiting + this.#queue.length;
  }

  /** Forgets all bytes that were not taken. */
  clear(): void {
    this.#queue.length = 0;
    this.#waiting = 0;
    this.#forgetMarks();
  }

  #forgetMarks(): void {
    this.#cut = [];
    this.#owed.framing = this.#owed.parity = this.#owed.break = 0;
  }

  #add(event: LineEvent): void {
    this.#queue.push(event);
    this.#waiting += lengthOf(event);
  }

  /**
   * Errors are counted when they arrive, which may be many reads before their marks are read.
   *
   * @returns Characters lost since the last read.
   */
  #owe(counts: LineErrorCounts | undefined): number {
    if (counts === undefined) {
      this.#counts = undefined;
      return 0;
    }
    const since = lineErrorsSince(counts, this.#counts);
    this.#counts = counts;
    this.#owed.framing += since.framing;
    this.#owed.parity += since.parity;
    this.#owed.break += since.break;
    return since.overrun + since.bufferOverflow;
  }

  #event(byte: number): LineEvent {
    const owed = this.#owed;
    if (byte === 0 && (owed.break > 0 || owed.framing + owed.parity === 0)) {
      owed.break = Math.max(owed.break - 1, 0);
      return { kind: "break" };
    }
    const isFraming = owed.framing > 0 || (owed.parity === 0 && !this.#hasParity());
    const kind = isFraming ? "framing" : "parity";
    owed[kind] = Math.max(owed[kind] - 1, 0);
    return { kind, byte };
  }
}

function lengthOf(event: LineEvent): number {
  return event.kind === "data" ? event.data.length : 0;
}
