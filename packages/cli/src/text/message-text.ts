// A message as one line of text. Pure.

import { formatStamp } from "./line-stamper.ts";
import { escapeCode, oneLine } from "./printable.ts";

/** How messages are shown. */
export interface MessageTextOptions {
  /** Hexadecimal, also for text. */
  readonly hex: boolean;
  /** Puts the time of arrival in front. */
  readonly timestamps: boolean;
  /** Escapes characters that could control a terminal. */
  readonly safe: boolean;
}

/**
 * Writes a message on a line.
 *
 * @param message Text, or bytes, which are shown in hexadecimal.
 * @param at When it arrived.
 * @param options How it is shown.
 * @returns A line with its line feed. Line ends within the message are escaped.
 */
export function messageLine(
  message: string | Uint8Array,
  at: Date,
  options: MessageTextOptions,
): string {
  const { timestamps, safe } = options;
  const shown = messageText(message, options.hex);
  const escaped = safe ? oneLine(shown) : shown.replaceAll(/[\r\n]/g, escapeEnd);
  return `${timestamps ? formatStamp(at) : ""}${escaped}\n`;
}

/**
 * Writes a message without escapes.
 *
 * @param message Text or bytes.
 * @param hex Hexadecimal, also for text.
 * @returns The text, or pairs of digits such as `01 03 ff`.
 */
export function messageText(message: string | Uint8Array, hex: boolean): string {
  if (typeof message === "string" && !hex) return message;
  return (Buffer.from(message).toString("hex").match(/../g) ?? []).join(" ");
}

function escapeEnd(character: string): string {
  return escapeCode(character.charCodeAt(0));
}
