// Received bytes as text for a terminal: printable UTF-8 passes, also when a character is split
// over chunks; characters that could control the operator's terminal are escaped. Pure.

import { escapeCode, isUnsafe } from "./printable.ts";

const BACKSPACE = 0x08;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Length given for a character whose last bytes have not come yet. */
const INCOMPLETE = -1;

/** Options of {@link TerminalText}. */
export interface TerminalTextOptions {
  /** Wraps an escape, to distinguish it from the same characters sent by the device. */
  readonly style?: ((code: string) => string) | undefined;
}

/** Turns chunks of bytes into text that is safe to show. */
export class TerminalText {
  readonly #style: (code: string) => string;
  #rest: Buffer = Buffer.alloc(0);

  /** @param options Style of escapes. */
  constructor(options: TerminalTextOptions = {}) {
    this.#style = options.style ?? ((code) => code);
  }

  /**
   * Takes the next bytes.
   *
   * @param bytes A chunk; a character may start in one and end in the next.
   * @returns Text to show.
   */
  push(bytes: Uint8Array): string {
    const input = Buffer.concat([this.#rest, bytes]);
    let text = "";
    let plainFrom = 0;
    let at = 0;
    while (at < input.length) {
      const length = passingLength(input, at);
      if (length === INCOMPLETE) break;
      if (length === 0) {
        const end = at + unsafeLength(input, at);
        text += input.toString("utf8", plainFrom, at) + this.#escape(input.subarray(at, end));
        at = end;
        plainFrom = end;
      } else at += length;
    }
    this.#rest = input.subarray(at);
    return text + input.toString("utf8", plainFrom, at);
  }

  /**
   * Ends the text.
   *
   * @returns The bytes of a character that never became whole, escaped.
   */
  end(): string {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return this.#escape(rest);
  }

  #escape(bytes: Uint8Array): string {
    return [...bytes].map((byte) => this.#style(escapeCode(byte))).join("");
  }
}

/** Length in bytes of the character at a place if it may be shown, 0 if not. */
function passingLength(input: Buffer, at: number): number {
  const first = byteAt(input, at);
  if (first < 0x80) return isPassingAscii(first) ? 1 : 0;
  const length = sequenceLength(input, at);
  return length > 0 && isUnsafe(codePointAt(input, at)) ? 0 : length;
}

function isPassingAscii(byte: number): boolean {
  return (
    !isUnsafe(byte) ||
    byte === BACKSPACE ||
    byte === TAB ||
    byte === LINE_FEED ||
    byte === CARRIAGE_RETURN
  );
}

/** A byte that begins nothing valid is escaped alone, an unsafe character as a whole. */
function unsafeLength(input: Buffer, at: number): number {
  return byteAt(input, at) < 0x80 ? 1 : Math.max(sequenceLength(input, at), 1);
}

/**
 * Length of a well-formed multi-byte character, 0 for an ill-formed one. The second byte decides
 * about overlong forms and surrogates (Unicode 16, table 3-7).
 */
function sequenceLength(input: Buffer, at: number): number {
  const first = byteAt(input, at);
  const length = lengthByFirstByte(first);
  for (let index = 1; index < length; index++) {
    if (at + index >= input.length) return INCOMPLETE;
    const byte = byteAt(input, at + index);
    const [low, high] = index === 1 ? secondByteRange(first) : [0x80, 0xbf];
    if (byte < low || byte > high) return 0;
  }
  return length;
}

function lengthByFirstByte(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

function secondByteRange(first: number): readonly [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf];
  if (first === 0xed) return [0x80, 0x9f];
  if (first === 0xf0) return [0x90, 0xbf];
  return first === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf];
}

function codePointAt(input: Buffer, at: number): number {
  const end = at + lengthByFirstByte(byteAt(input, at));
  return input.toString("utf8", at, end).codePointAt(0) ?? 0;
}

function byteAt(input: Buffer, at: number): number {
  return input[at] ?? 0;
}
