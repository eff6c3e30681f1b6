// Values over time, bounded; a row for each line, a column for each name.

import type { Message } from "../traffic/traffic-log.ts";
import { parseNumbers } from "./parse-numbers.ts";

const ROWS_MAX = 20_000;
const COLUMNS_MAX = 16;
/** Bytes of a line that has not ended. */
const LINE_MAX = 4096;

export class Series {
  /** Seconds since 1970. */
  #times: number[] = [];
  readonly #names: string[] = [];
  #columns: (number | null)[][] = [];
  #rest = "";
  readonly #decoder = new TextDecoder();

  get names(): readonly string[] {
    return this.#names;
  }

  get times(): readonly number[] {
    return this.#times;
  }

  get columns(): readonly (readonly (number | null)[])[] {
    return this.#columns;
  }

  /** Takes the next bytes of the member. @returns Whether there are more values. */
  add({ bytes, time }: Message): boolean {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "").slice(-LINE_MAX);
    const before = this.#times.length;
    for (const line of lines) this.#addLine(line, time / 1000);
    return this.#times.length !== before;
  }

  clear(): void {
    this.#times = [];
    this.#names.length = 0;
    this.#columns = [];
    this.#rest = "";
  }

  /** As CSV, times in ISO 8601. */
  toCsv(cell: (text: string) => string): string {
    const head = ["time", ...this.#names.map(cell)].join(",");
    const rows = this.#times.map((time, at) => {
      const values = this.#columns.map((column) => column[at] ?? "");
      return [new Date(time * 1000).toISOString(), ...values].join(",");
    });
    return `${[head, ...rows].join("\r\n")}\r\n`;
  }

  #addLine(line: string, time: number): void {
    const numbers = parseNumbers(line);
    if (numbers.length === 0) return;
    this.#times.push(time);
    for (const column of this.#columns) column.push(null);
    for (const [name, value] of numbers) {
      const column = this.#columnOf(name);
      if (column !== undefined) column[column.length - 1] = Number.isFinite(value) ? value : null;
    }
    if (this.#times.length > ROWS_MAX) this.#forget();
  }

  #columnOf(name: string): (number | null)[] | undefined {
    const at = this.#names.indexOf(name);
    if (at !== -1) return this.#columns[at];
    if (this.#names.length >= COLUMNS_MAX) return undefined;
    const column = new Array<number | null>(this.#times.length).fill(null);
    this.#names.push(name);
    this.#columns.push(column);
    return column;
  }

  #forget(): void {
    const count = ROWS_MAX / 10;
    this.#times = this.#times.slice(count);
    this.#columns = this.#columns.map((column) => column.slice(count));
  }
}
