// Bytes and reports on their way from the line to the host, in order. Pure.

import type { ModemLines } from "../model/modem-lines.ts";
import type { Arrival } from "./uart-state.ts";

/** Arrivals of one UART. */
export class Arrivals {
  #waiting: Arrival[] = [];
  /** Data bytes in it. */
  bytes = 0;

  /** Adds at the end. */
  push(arrival: Arrival): void {
    this.#waiting.push(arrival);
    this.bytes += arrival.data.length;
  }

  /** Forgets the last one, if it is a report of the lines alone. */
  dropLastReport(): void {
    const last = this.#waiting.at(-1);
    if (last?.data.length === 0 && last.error === undefined) this.#waiting.pop();
  }

  /** Forgets all. */
  clear(): void {
    this.#waiting = [];
    this.bytes = 0;
  }

  /**
   * Takes one transfer for the host: a report or a broken character alone, or characters
   * that follow each other without news of the lines.
   *
   * @param most Characters that the transfer has room for; at least 1.
   */
  take(most: number): Arrival | undefined {
    const first = this.#waiting[0];
    if (first === undefined) return undefined;
    if (first.error !== undefined || first.data.length === 0) {
      this.#waiting.shift();
      this.bytes -= first.data.length;
      return first;
    }
    const data = this.#takeData(first.lines, most);
    this.bytes -= data.length;
    return { ...first, data };
  }

  #takeData(lines: ModemLines, most: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (length < most) {
      const next = this.#waiting[0];
      if (next === undefined || !isPlain(next) || next.lines !== lines) break;
      const part = next.data.subarray(0, most - length);
      parts.push(part);
      length += part.length;
      if (part.length === next.data.length) this.#waiting.shift();
      else this.#waiting[0] = { ...next, data: next.data.subarray(part.length) };
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }
}

function isPlain({ data, error }: Arrival): boolean {
  return error === undefined && data.length > 0;
}
