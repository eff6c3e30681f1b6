// Splits received bytes into command lines, as a device with a terminal interface does. Pure.

const BACKSPACE = [0x08, 0x7f];
const ENDS = [0x0a, 0x0d];
const LINE_BYTES_MAX = 256;

/** A complete line; without text when it was longer than the device's buffer. */
export interface CommandLine {
  readonly text: string | undefined;
}

/** Collects lines: `\r`, `\n` and `\r\n` end one, backspace takes back a character. */
export class CommandLines {
  #bytes: number[] = [];
  #isTooLong = false;

  /**
   * Takes the next bytes.
   *
   * @param bytes A chunk.
   * @returns The lines that it completed, without the empty ones.
   */
  push(bytes: Uint8Array): CommandLine[] {
    const lines: CommandLine[] = [];
    for (const byte of bytes) {
      if (ENDS.includes(byte)) lines.push(...this.#end());
      else if (BACKSPACE.includes(byte)) this.#bytes.pop();
      else if (this.#bytes.length === LINE_BYTES_MAX) this.#isTooLong = true;
      else this.#bytes.push(byte);
    }
    return lines;
  }

  #end(): CommandLine[] {
    const text = Buffer.from(this.#bytes).toString("utf8");
    const isTooLong = this.#isTooLong;
    this.#bytes = [];
    this.#isTooLong = false;
    if (isTooLong) return [{ text: undefined }];
    return text === "" ? [] : [{ text }];
  }
}
