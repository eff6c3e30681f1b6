// Backslash escapes and hexadecimal bytes as typed on a command line. Pure.

const SIMPLE: Readonly<Record<string, number>> = {
  "0": 0x00,
  a: 0x07,
  b: 0x08,
  t: 0x09,
  n: 0x0a,
  r: 0x0d,
  e: 0x1b,
  "\\": 0x5c,
};

/**
 * Reads text with `\n`, `\r`, `\t`, `\0`, `\a`, `\b`, `\e`, `\\` and `\xHH`.
 *
 * @param text The typed text.
 * @returns Its bytes, the rest in UTF-8; `undefined` for an unknown escape.
 */
export function parseEscapes(text: string): Uint8Array | undefined {
  const parts: Buffer[] = [];
  for (const piece of text.match(/\\x[0-9a-f]{2}|\\.?|[^\\]+/gis) ?? []) {
    if (!piece.startsWith("\\")) parts.push(Buffer.from(piece));
    else if (piece.length === 4) parts.push(Buffer.from(piece.slice(2), "hex"));
    else {
      const byte = SIMPLE[piece.slice(1)];
      if (byte === undefined) return undefined;
      parts.push(Buffer.of(byte));
    }
  }
  return Buffer.concat(parts);
}

/**
 * Reads bytes written in hexadecimal.
 *
 * @param text Pairs of digits, with or without blanks, colons or commas between them, `0x` allowed.
 * @returns The bytes; `undefined` for anything else.
 */
export function parseHex(text: string): Uint8Array | undefined {
  const words = text.split(/[\s:,]+/).filter((word) => word !== "");
  const digits = words.map((word) => word.replace(/^0x/i, ""));
  if (!digits.every((word) => /^([0-9a-f]{2})+$/i.test(word))) return undefined;
  return Buffer.from(digits.join(""), "hex");
}
