// Text from outside (a device, a path, the kernel) made safe for a terminal. Pure.

/**
 * Says whether a code point must not reach a terminal: C0 and C1 controls, and the characters that
 * reorder the text around them.
 *
 * @param codePoint Unicode code point.
 * @returns `true` for characters that are shown escaped.
 * @see ECMA-48 for the controls; UAX #9, section 2 for the directional formatting characters
 */
export function isUnsafe(codePoint: number): boolean {
  if (codePoint < 0x20) return true;
  if (codePoint < 0x7f) return false;
  return (
    codePoint <= 0x9f ||
    codePoint === 0x061c ||
    codePoint === 0x200e ||
    codePoint === 0x200f ||
    (codePoint >= 0x202a && codePoint <= 0x202e) ||
    (codePoint >= 0x2066 && codePoint <= 0x2069)
  );
}

/**
 * Spells a character that cannot be shown.
 *
 * @param codePoint A byte or a Unicode code point.
 * @returns `\x1b`, `\u{202e}`.
 */
export function escapeCode(codePoint: number): string {
  const hex = codePoint.toString(16).padStart(2, "0");
  return codePoint <= 0xff ? `\\x${hex}` : `\\u{${hex}}`;
}

/**
 * Makes text fit for one line of a terminal.
 *
 * @param text Any text.
 * @returns The text with everything unsafe, line ends included, escaped.
 */
export function oneLine(text: string): string {
  let result = "";
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    result += isUnsafe(codePoint) ? escapeCode(codePoint) : character;
  }
  return result;
}
