// One line typed at a prompt in raw mode: typing, erasing, accepting, canceling. Pure.

const CTRL_C = 0x03;
const BACKSPACE = 0x08;
const ENTER = [0x0a, 0x0d];
const CTRL_U = 0x15;
const ESCAPE = 0x1b;
const DELETE = 0x7f;

/** State of the line after some keys. */
export type LineResult =
  | { readonly kind: "editing"; readonly text: string }
  | { readonly kind: "accepted"; readonly text: string }
  | { readonly kind: "canceled" };

/** Edits one line; bytes after its end are ignored. */
export class LineEditor {
  #bytes: number[] = [];

  /**
   * Takes typed bytes.
   *
   * @param bytes Bytes from the terminal.
   * @returns The new state; `text` is the whole line so far.
   */
  push(bytes: Uint8Array): LineResult {
    const isEscapeSequence = bytes[0] === ESCAPE && bytes.length > 1;
    for (const byte of isEscapeSequence ? [] : bytes) {
      if (ENTER.includes(byte)) return { kind: "accepted", text: this.#text() };
      if (byte === ESCAPE || byte === CTRL_C) return { kind: "canceled" };
      if (byte === CTRL_U) this.#bytes = [];
      else if (byte === BACKSPACE || byte === DELETE) this.#erase();
      else if (byte >= 0x20) this.#bytes.push(byte);
    }
    return { kind: "editing", text: this.#text() };
  }

  #text(): string {
    return Buffer.from(this.#bytes).toString("utf8");
  }

  /** Takes back one character, which may be several bytes. */
  #erase(): void {
    const characters = Array.from(this.#text()).slice(0, -1);
    this.#bytes = [...Buffer.from(characters.join(""))];
  }
}
