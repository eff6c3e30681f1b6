// Text in messages: how bytes become text and text becomes bytes. Pure.

import { isUtf8 } from "node:buffer";
import { invalid, isBoolean, isOneOf } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";
import { malformed, unsendable } from "./codec.ts";
import { bufferOf } from "./index-of.ts";

/** How text is encoded on the line. */
export type TextEncoding = "utf-8" | "latin1";

/** Options of the framings whose messages are text. */
export interface TextOptions {
  /**
   * How text is encoded.
   * @defaultValue "utf-8"
   */
  readonly encoding?: TextEncoding | undefined;
  /**
   * Bytes that are no UTF-8 are a `FramingError`; else they are replaced by U+FFFD.
   * @defaultValue false
   */
  readonly fatal?: boolean | undefined;
}

/** The options, checked and complete. */
export interface TextRules {
  readonly encoding: TextEncoding;
  readonly fatal: boolean;
}

/** Checks the options of text. */
export function textRules({ encoding = "utf-8", fatal = false }: TextOptions): TextRules {
  if (!isOneOf(encoding, ["utf-8", "latin1"])) {
    throw invalid("encoding", encoding, {
      expected: "one of utf-8, latin1",
      hint: "write utf-8 or latin1: ASCII is part of both",
    });
  }
  if (!isBoolean(fatal)) throw invalid("fatal", fatal, "a boolean");
  return { encoding, fatal };
}

/** Where text lies. */
interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Decodes ranges of one chunk after the other. Short messages are decoded many at a time: that is several
 * times as fast. A text that the engine cuts out of another keeps that one alive, so it is a small one.
 */
export class TextReader {
  readonly #rules: TextRules;
  #bytes: Uint8Array | undefined;
  #start = 0;
  #end = 0;
  /** The text from `#start` to `#end` if each byte is one character of it, else empty. */
  #window = "";

  constructor(rules: TextRules) {
    this.#rules = rules;
  }

  /** The bytes may change, or are not needed any more. */
  forget(): void {
    this.#bytes = undefined;
    this.#window = "";
  }

  /** Decodes a range. */
  read(bytes: Uint8Array, start: number, end: number): string {
    if (end - start > WINDOW_BYTES) return decodeText(bytes, { start, end }, this.#rules);
    if (bytes !== this.#bytes || start < this.#start || end > this.#end) this.#check(bytes, start);
    return this.#window === ""
      ? decodeText(bytes, { start, end }, this.#rules)
      : this.#window.slice(start - this.#start, end - this.#start);
  }

  #check(bytes: Uint8Array, start: number): void {
    const end = Math.min(bytes.length, start + WINDOW_BYTES);
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    const text = bufferOf(bytes).toString(this.#rules.encoding, start, end);
    this.#window = isOneEach(text, end - start) ? text : "";
  }
}

/**
 * Whether each byte became one character, so that places in the text are places in the bytes. In UTF-8 only
 * ASCII does, and invalid bytes, which may be replaced one by one.
 */
function isOneEach(text: string, bytes: number): boolean {
  return text.length === bytes && !text.includes("\ufffd");
}

/** Bytes that are decoded at a time. */
const WINDOW_BYTES = 512;

function decodeText(bytes: Uint8Array, { start, end }: TextRange, rules: TextRules): string {
  const buffer = bufferOf(bytes);
  if (rules.encoding === "latin1") return buffer.toString("latin1", start, end);
  const text = buffer.toString("utf8", start, end);
  if (rules.fatal && text.includes("\ufffd") && !isUtf8(bytes.subarray(start, end))) {
    throw malformed("it is not valid UTF-8");
  }
  return text;
}

export function encodeText(message: unknown, { encoding }: TextRules): Bytes {
  if (typeof message !== "string") {
    throw unsendable(message, "text", "write it as text: this framing sends lines, not bytes");
  }
  if (encoding === "latin1") {
    const odd = /[^\0-\xff]/u.exec(message);
    if (odd !== null) {
      const hint = `replace ${JSON.stringify(odd[0])}, or write encoding: "utf-8"`;
      throw unsendable(message, "text of the characters that latin1 has", hint);
    }
    return Uint8Array.from(Buffer.from(message, "latin1"));
  }
  return new TextEncoder().encode(message).slice();
}
