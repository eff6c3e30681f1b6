// Received bytes as they are shown: unchanged, as safe text, as a hex dump, with or without times.
// Pure: the time comes in.

import { HexDump } from "./hex-dump.ts";
import { LineStamper } from "./line-stamper.ts";
import { TerminalText } from "./terminal-text.ts";

/** How received bytes are shown. */
export interface ViewOptions {
  /** Hex dump instead of text. */
  readonly hex: boolean;
  /** Time of arrival at the start of every line. */
  readonly timestamps: boolean;
  /** Escapes characters that could control a terminal. */
  readonly safe: boolean;
  /** Style of an escape. */
  readonly style?: ((code: string) => string) | undefined;
}

/** Turns chunks of received bytes into output. */
export class ReceivedView {
  readonly #dump: HexDump | undefined;
  readonly #stamper: LineStamper | undefined;
  readonly #text: TerminalText | undefined;

  /** @param options How to show. */
  constructor(options: ViewOptions) {
    const { hex, timestamps, safe, style } = options;
    if (hex) this.#dump = new HexDump({ timestamps });
    else {
      this.#stamper = timestamps ? new LineStamper() : undefined;
      this.#text = safe ? new TerminalText({ style }) : undefined;
    }
  }

  /** Something is held back until more arrives or {@link ReceivedView.flush} is called. */
  get isHolding(): boolean {
    return this.#dump?.isHolding ?? false;
  }

  /**
   * Takes the next bytes.
   *
   * @param bytes A chunk.
   * @param at When it arrived.
   * @returns What to write.
   */
  push(bytes: Uint8Array, at: Date): string | Uint8Array {
    if (this.#dump !== undefined) return this.#dump.push(bytes, at);
    const stamped = this.#stamper?.push(bytes, at) ?? bytes;
    return this.#text?.push(stamped) ?? stamped;
  }

  /**
   * Returns the rest, at a pause or at the end.
   *
   * @returns What to write; possibly nothing.
   */
  flush(): string {
    return this.#dump?.flush() ?? this.#text?.end() ?? "";
  }
}
