// A hex dump that grows as bytes arrive: sixteen a line, with their ASCII characters. Pure.

import { formatStamp } from "./line-stamper.ts";

const BYTES_PER_LINE = 16;

/** Options of {@link HexDump}. */
export interface HexDumpOptions {
  /** Puts the time of arrival of its first byte in front of every line. */
  readonly timestamps: boolean;
}

/** Makes lines of sixteen bytes; an unfinished one is held until more comes or `flush()`. */
export class HexDump {
  readonly #options: HexDumpOptions;
  #line: number[] = [];
  #stamp = "";

  /** @param options Text before each line. */
  constructor(options: HexDumpOptions) {
    this.#options = options;
  }

  /** A line is unfinished. */
  get isHolding(): boolean {
    return this.#line.length > 0;
  }

  /**
   * Takes the next bytes.
   *
   * @param bytes A chunk.
   * @param at When it arrived.
   * @returns The lines that it finished.
   */
  push(bytes: Uint8Array, at: Date): string {
    let text = "";
    for (const byte of bytes) {
      if (this.#line.length === 0 && this.#options.timestamps) this.#stamp = formatStamp(at);
      this.#line.push(byte);
      if (this.#line.length === BYTES_PER_LINE) text += this.flush();
    }
    return text;
  }

  /**
   * Ends an unfinished line.
   *
   * @returns The line; nothing when there is none.
   */
  flush(): string {
    if (this.#line.length === 0) return "";
    const hex = this.#line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const characters = this.#line.map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
    );
    this.#line = [];
    return `${this.#stamp}${hex.padEnd(BYTES_PER_LINE * 3)} |${characters.join("")}|\n`;
  }
}
