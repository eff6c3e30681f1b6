// Ends of line, by name. Pure.

const BYTES = { none: "", cr: "\r", lf: "\n", crlf: "\r\n" } as const;

/** Name of an end of line. */
export type Eol = keyof typeof BYTES;

/** Choices of `--eol`. */
export const EOL_OPTION = { kind: "choice", choices: ["cr", "lf", "crlf", "none"] } as const;

/**
 * The bytes of an end of line.
 *
 * @param name Its name; `undefined` is none.
 * @returns Its bytes.
 */
export function eolBytes(name: Eol | undefined): Buffer {
  return Buffer.from(BYTES[name ?? "none"]);
}

/** Replaces the ends of line in chunks of text, also when one is split over two. */
export class EolTranslation {
  readonly #eol: Buffer;
  #endsWithReturn = false;

  /** @param eol The replacement of every `\n`, `\r` and `\r\n`. */
  constructor(eol: Eol) {
    this.#eol = eolBytes(eol);
  }

  /**
   * Takes the next bytes.
   *
   * @param bytes A chunk.
   * @returns The bytes with their ends of line replaced.
   */
  push(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let from = 0;
    for (const [index, byte] of bytes.entries()) {
      if (byte === 0x0d || byte === 0x0a) {
        parts.push(bytes.subarray(from, index));
        if (!(byte === 0x0a && this.#endsWithReturn)) parts.push(this.#eol);
        from = index + 1;
      }
      this.#endsWithReturn = byte === 0x0d;
    }
    parts.push(bytes.subarray(from));
    return Buffer.concat(parts);
  }
}
