// Undoes PARMRK: received errors and breaks as events between the data, 0xFF as itself. What a
// caller did not take stays here for the next one, so that nothing is lost. See termios(3): FF 00 c
// is a character with a framing or parity error, FF 00 00 a break, FF FF the byte 0xFF.

import type { LineErrorCounts } from "../backend/backend.ts";
import { lineErrorsSince } from "./line-errors.ts";

/** What is received with `lineErrors: "mark"`, in wire order. */
export type LineEvent =
  | { readonly kind: "data"; readonly data: Uint8Array }
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

/** Decodes the marks of one port. */
export class MarkedInput {
  readonly #queue: LineEvent[] = [];
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
   * Takes in what the kernel gave.
   *
   * @param raw Bytes as read.
   * @param counts Counters after the read: they tell framing errors from parity errors.
   */
  push(raw: Uint8Array, counts: LineErrorCounts | undefined): void {
    const bytes = this.#cut.length === 0 ? raw : Uint8Array.from([...this.#cut, ...raw]);
    this.#cut = [];
    const lost = this.#owe(lineErrorsSince(counts, this.#counts));
    this.#counts = counts;
    const data: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      const next = bytes[at + 1];
      if (byte !== MARK) data.push(byte);
      else if (next === MARK) {
        data.push(MARK);
        at++;
      } else if (next === undefined || bytes[at + 2] === undefined) {
        this.#cut = [...bytes.subarray(at)];
        break;
      } else {
        this.#pushData(data);
        this.#queue.push(this.#event(bytes[at + 2] as number));
        at += 2;
      }
    }
    this.#pushData(data);
    if (lost > 0) this.#queue.push({ kind: "overrun", count: lost });
  }

  /** The next event, or `undefined`. */
  takeEvent(): LineEvent | undefined {
    return this.#queue.shift();
  }

  /** Copies data into `into`, passing over marks: bytes copied, 0 when there are none. */
  takeData(into: Uint8Array): number {
    let copied = 0;
    while (copied < into.length) {
      const event = this.#queue.shift();
      if (event === undefined) break;
      if (event.kind !== "data") continue;
      const part = event.data.subarray(0, into.length - copied);
      into.set(part, copied);
      copied += part.length;
      if (part.length < event.data.length) {
        this.#queue.unshift({ kind: "data", data: event.data.subarray(part.length) });
      }
    }
    return copied;
  }

  /** Data bytes decoded and not taken. */
  get waiting(): number {
    return this.#queue.reduce((sum, e) => sum + (e.kind === "data" ? e.data.length : 0), 0);
  }

  /** Forgets what was decoded and not taken. */
  clear(): void {
    this.#queue.length = 0;
    this.#cut = [];
    this.#owed.framing = this.#owed.parity = this.#owed.break = 0;
  }

  #pushData(data: number[]): void {
    if (data.length === 0) return;
    this.#queue.push({ kind: "data", data: Uint8Array.from(data) });
    data.length = 0;
  }

  /** Errors are counted when they arrive, which may be many reads before their marks are read. */
  #owe(since: LineErrorCounts): number {
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
