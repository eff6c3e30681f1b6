// slip(): RFC 1055, and its variants.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, isBoolean } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";
import { ByteSplitter } from "./byte-splitter.ts";
import {
  type BinaryFramingOptions,
  byteOf,
  checkLength,
  checksumIn,
  malformed,
  maxLengthOf,
  payloadOf,
  withChecksum,
  withoutChecksum,
} from "./codec.ts";
import { Framing } from "./framing.ts";

/** Options of {@link slip}. Each byte is 0 to 255. */
export interface SlipOptions extends BinaryFramingOptions {
  /** Byte that ends a message. @defaultValue 0xC0 */
  readonly end?: number | undefined;
  /** Byte that begins an escape. @defaultValue 0xDB */
  readonly escape?: number | undefined;
  /** Byte behind an escape that stands for `end`. @defaultValue 0xDC */
  readonly escapedEnd?: number | undefined;
  /** Byte behind an escape that stands for `escape`. @defaultValue 0xDD */
  readonly escapedEscape?: number | undefined;
  /** Byte that begins a message; bytes in front of it are left out. By default there is none. */
  readonly start?: number | undefined;
  /** Byte behind an escape that stands for `start`; needed with it. */
  readonly escapedStart?: number | undefined;
  /**
   * A message that is sent begins with `end`, too, which ends what noise may have begun.
   * @defaultValue false
   */
  readonly leadingEnd?: boolean | undefined;
}

const OPTIONS = ["end", "escape", "escapedEnd", "escapedEscape", "start", "escapedStart"] as const;
const SLIP: OptionSpec = {
  known: [...OPTIONS, "leadingEnd", "maxLength", "checksum"],
  elsewhere: {
    bluetoothquirk: "write leadingEnd",
    esc: "write escape",
    escend: "write escapedEnd",
    escesc: "write escapedEscape",
    escstart: "write escapedStart",
  },
};

/**
 * Messages of any bytes, as in RFC 1055: a byte ends each, and is escaped inside.
 *
 * @param options Other bytes than those of the RFC.
 * @returns A framing whose messages are bytes. A message has at least one byte.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 */
export function slip(options: SlipOptions = {}): Framing<Bytes> {
  checkOptions(options, SLIP);
  const bytes = bytesFor(options);
  const { leadingEnd = false } = options;
  if (!isBoolean(leadingEnd)) throw invalid("leadingEnd", leadingEnd, "a boolean");
  const maxLength = maxLengthOf(options, 4);
  const checksum = checksumIn(options);
  return new Framing<Bytes>({
    kind: "slip",
    maxLength,
    parts: [...OPTIONS.map((name) => bytes[name]), leadingEnd, checksum?.compute],
    createSplitter: () => new ByteSplitter({ maxLength, delimiter: bytes.end, leads: true }),
    decode: (frame, start, end) => {
      const payload = unescaped(bytes, frame.subarray(start, end));
      return payload === undefined ? undefined : withoutChecksum(payload, checksum);
    },
    encode: (message) => {
      const payload = withChecksum(payloadOf(message), checksum);
      if (payload.length === 0) {
        throw invalid("message", message, {
          expected: "at least one byte",
          hint: "do not send it: receivers of SLIP leave out empty messages",
        });
      }
      return checkLength(escaped(bytes, payload, leadingEnd), maxLength);
    },
  });
}

interface SlipBytes {
  readonly end: number;
  readonly escape: number;
  readonly escapedEnd: number;
  readonly escapedEscape: number;
  readonly start: number | undefined;
  readonly escapedStart: number | undefined;
}

function bytesFor(options: SlipOptions): SlipBytes {
  const { end = 0xc0, escape: prefix = 0xdb, escapedEnd = 0xdc, escapedEscape = 0xdd } = options;
  const { start, escapedStart } = options;
  const bytes = { end, escape: prefix, escapedEnd, escapedEscape, start, escapedStart };
  for (const name of OPTIONS) if (bytes[name] !== undefined) byteOf(name, bytes[name]);
  if ((start === undefined) !== (escapedStart === undefined)) {
    throw invalid("escapedStart", escapedStart, "a byte together with start, or neither");
  }
  const special = [end, prefix, start].filter((byte) => byte !== undefined);
  const standIns = [escapedEnd, escapedEscape, escapedStart].filter((byte) => byte !== undefined);
  const areDifferent = (list: readonly number[]): boolean => new Set(list).size === list.length;
  if (
    !areDifferent(special) ||
    !areDifferent(standIns) ||
    standIns.some((b) => special.includes(b))
  ) {
    const hint =
      "give end, escape and start different bytes, and other bytes for their escaped forms";
    throw invalid("slip", options, { expected: "distinct bytes", hint });
  }
  return bytes;
}

function escaped(bytes: SlipBytes, payload: Uint8Array, leadingEnd: boolean): Bytes {
  const packed = new Uint8Array(payload.length * 2 + 3);
  let length = 0;
  if (leadingEnd) packed[length++] = bytes.end;
  if (bytes.start !== undefined) packed[length++] = bytes.start;
  for (const byte of payload) {
    const stand = standIn(bytes, byte);
    if (stand !== undefined) packed[length++] = bytes.escape;
    packed[length++] = stand ?? byte;
  }
  packed[length++] = bytes.end;
  return packed.slice(0, length);
}

function standIn(bytes: SlipBytes, byte: number): number | undefined {
  if (byte === bytes.end) return bytes.escapedEnd;
  if (byte === bytes.escape) return bytes.escapedEscape;
  return byte === bytes.start ? bytes.escapedStart : undefined;
}

/** @returns `undefined` where there is nothing between the marks. */
function unescaped(bytes: SlipBytes, frame: Uint8Array): Bytes | undefined {
  if (frame.at(-1) !== bytes.end) throw malformed("it does not end with the end byte");
  const payload = new Uint8Array(frame.length);
  let length = 0;
  let isInside = bytes.start === undefined;
  for (let at = 0; at < frame.length; at++) {
    let byte = frame[at] as number;
    if (byte === bytes.start) isInside = true;
    if (byte === bytes.end || byte === bytes.start || !isInside) continue;
    if (byte === bytes.escape) byte = escapedByte(bytes, frame[++at]);
    payload[length++] = byte;
  }
  return length === 0 ? undefined : payload.slice(0, length);
}

function escapedByte(bytes: SlipBytes, code: number | undefined): number {
  if (code === bytes.escapedEnd) return bytes.end;
  if (code === bytes.escapedEscape) return bytes.escape;
  if (code === bytes.escapedStart && bytes.start !== undefined) return bytes.start;
  throw malformed(`the byte ${code} follows an escape`);
}
