// All framings with a limit, for properties that must hold for every one of them.

import type { Framing } from "anyserial/framing";
import {
  cobs,
  custom,
  delimited,
  fixedLength,
  idleGap,
  lengthPrefixed,
  lines,
  matching,
  slip,
  startEnd,
} from "anyserial/framing";

/** A framing of text or of bytes. */
export type AnyFraming = Framing<string | Uint8Array>;

function any(framing: Framing<string> | Framing<Uint8Array>): AnyFraming {
  return framing as AnyFraming;
}

/** Type, length, payload; other types are no message. */
function typed(bytes: Uint8Array): number | Error {
  if ((bytes[0] as number) > 2) return new Error("no such type");
  return bytes.length < 2 ? 0 : 2 + ((bytes[1] as number) % 8);
}

/** All kinds, with a limit that random streams reach. */
export function framings(maxLength: number): Readonly<Record<string, AnyFraming>> {
  return {
    "lines any": any(lines({ maxLength })),
    "lines lf": any(lines({ maxLength, ending: "lf" })),
    "lines crlf": any(lines({ maxLength, ending: "crlf", encoding: "latin1" })),
    "lines cr, fatal": any(lines({ maxLength, ending: "cr", fatal: true })),
    delimited: any(delimited(0x0a, { maxLength })),
    "delimited by three": any(delimited(Uint8Array.of(1, 1, 2), { maxLength })),
    "delimited, checked": any(delimited(Uint8Array.of(0x0a, 0x0a), { maxLength, checksum: "lrc" })),
    fixedLength: any(fixedLength(7)),
    lengthPrefixed: any(lengthPrefixed({ maxLength, size: 1 })),
    "lengthPrefixed, 4 bytes": any(lengthPrefixed({ maxLength, size: 4, byteOrder: "little" })),
    "lengthPrefixed, start": any(
      lengthPrefixed({ maxLength, size: 1, start: Uint8Array.of(1, 1) }),
    ),
    "lengthPrefixed, all": any(
      lengthPrefixed({ maxLength, size: 1, start: 2, counts: "all", checksum: "xor8" }),
    ),
    slip: any(slip({ maxLength })),
    "slip, start": any(slip({ maxLength, start: 1, escapedStart: 4, end: 2, escape: 3 })),
    cobs: any(cobs({ maxLength })),
    startEnd: any(startEnd(1, 2, { maxLength })),
    "startEnd, escape": any(startEnd(1, 2, { maxLength, escape: 0 })),
    "startEnd, long": any(
      startEnd(Uint8Array.of(1, 1, 2), Uint8Array.of(1, 2), { maxLength, after: 2 }),
    ),
    idleGap: any(idleGap({ maxLength, ms: 1000 })),
    matching: any(matching(/\r\n|\n|[a-c]{2}/, { maxLength, encoding: "latin1" })),
    "matching nothing": any(matching(/(?=\n)/, { maxLength, encoding: "latin1" })),
    custom: any(custom(typed, { maxLength })),
  };
}
