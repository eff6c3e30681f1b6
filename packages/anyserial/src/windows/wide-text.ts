// Texts of Win32: UTF-16, little-endian, ended by a NUL. Pure.

/** Encodes a text with its end. */
export function encodeText(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, "utf16le");
}

/** Decodes up to the first NUL, or to the end. */
export function decodeText(bytes: Uint8Array): string {
  return decodeTexts(bytes)[0] ?? "";
}

/** Decodes a list (`REG_MULTI_SZ`): texts one after the other, up to an empty one. */
export function decodeTexts(bytes: Uint8Array): string[] {
  const even = bytes.length - (bytes.length % 2);
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, even).toString("utf16le").split("\0");
  const end = all.indexOf("");
  return end === -1 ? all : all.slice(0, end);
}
