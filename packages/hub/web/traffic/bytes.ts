// Bytes as text, for people and for requests. Pure.

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);
const ESCAPES: Readonly<Record<number, string>> = {
  9: "\\t",
  10: "\\n",
  13: "\\r",
  92: "\\\\",
};
const PIECE = 0x8000;

/** As `02 6f ff`. */
export function toHex(bytes: Uint8Array, most: number = bytes.length): string {
  const parts: string[] = [];
  for (let at = 0; at < Math.min(most, bytes.length); at++) parts.push(HEX[bytes[at] ?? 0] ?? "");
  return parts.join(" ");
}

/** As text on one line: ASCII as it is, other bytes as `\n`, `\x1b` and so on. */
export function toText(bytes: Uint8Array, most: number = bytes.length): string {
  let text = "";
  for (let at = 0; at < Math.min(most, bytes.length); at++) text += characterOf(bytes[at] ?? 0);
  return text;
}

function characterOf(byte: number): string {
  const isPrintable = byte >= 0x20 && byte < 0x7f;
  return ESCAPES[byte] ?? (isPrintable ? String.fromCharCode(byte) : `\\x${HEX[byte]}`);
}

/**
 * Reads bytes as people write them in hex.
 *
 * @param text As `02 6F ff`, `0x02,0x6f` or `026fff`.
 * @returns The bytes; `undefined` when it is something else.
 */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text.replace(/0x|[\s,;:]/gi, "");
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
