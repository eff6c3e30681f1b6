// lengthPrefixed(): a length field, then the payload.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, isBoolean, isIntegerIn, isOneOf } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";
import {
  type BinaryFramingOptions,
  checkLength,
  checksumIn,
  join,
  malformed,
  markOf,
  maxLengthOf,
  payloadOf,
  unsendable,
  verify,
} from "./codec.ts";
import { Framing } from "./framing.ts";
import { copyOf } from "./index-of.ts";
import { type LengthLayout, LengthSplitter, totalLength } from "./length-splitter.ts";

/** Options of {@link lengthPrefixed}. */
export interface LengthPrefixedOptions extends BinaryFramingOptions {
  /** Bytes that each message begins with; the search for the next one goes by them. None by default. */
  readonly start?: Uint8Array | string | number | undefined;
  /** Bytes in front of the length field, `start` included. @defaultValue the length of `start` */
  readonly offset?: number | undefined;
  /** Bytes of the length field. @defaultValue 2 */
  readonly size?: 1 | 2 | 4 | undefined;
  /** Byte order of the length field. @defaultValue "big" */
  readonly byteOrder?: "big" | "little" | undefined;
  /**
   * Extent of the length: the `payload`, the `rest` behind the field (with the trailer), or `all`
   * bytes.
   * @defaultValue "payload"
   */
  readonly counts?: "payload" | "rest" | "all" | undefined;
  /**
   * Bytes of a message that its length leaves out, such as 1 for a CCSDS packet. @defaultValue 0
   */
  readonly plus?: number | undefined;
  /** Bytes behind the payload, beside the checksum. @defaultValue 0 */
  readonly trailer?: number | undefined;
  /**
   * The whole message is received and sent, without its checksum: for headers that say more than a length.
   * @defaultValue whether there is anything beside start, length, payload and checksum
   */
  readonly keep?: boolean | undefined;
  /**
   * Extent of the checksum: the `payload`, or `all` bytes between it and `start`. @defaultValue
   * "all"
   */
  readonly covers?: "payload" | "all" | undefined;
}

const MOST_START = 8;
const MOST_OFFSET = 255;
const PREFIXED: OptionSpec = {
  known: [
    "start",
    "offset",
    "size",
    "byteOrder",
    "counts",
    "plus",
    "trailer",
    "keep",
    "covers",
    "maxLength",
    "checksum",
  ],
  elsewhere: {
    delimiter: "write start",
    lengthbytes: "write size",
    lengthoffset: "write offset",
    maxlen: "write maxLength",
    packetoverhead: "write counts, plus and trailer",
  },
};

/**
 * Messages that begin with their length.
 *
 * @param options Where the length is, and what it counts.
 * @returns A framing whose messages are bytes.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @example
 * ```ts
 * import { lengthPrefixed } from "anyserial/framing";
 *
 * // 0xAA, a length of one byte, the payload, and a CRC over both.
 * const framing = lengthPrefixed({ start: 0xaa, size: 1, checksum: "crc16ccitt" });
 * console.log(framing.encode(Uint8Array.of(1, 2, 3)));
 * ```
 */
export function lengthPrefixed(options: LengthPrefixedOptions = {}): Framing<Bytes> {
  checkOptions(options, PREFIXED);
  const rules = rulesOf(options);
  const { layout, keep, covers, checksum, trailer, maxLength } = rules;
  return new Framing<Bytes>({
    kind: "lengthPrefixed",
    maxLength,
    parts: [
      Buffer.from(layout.start).toString("hex"),
      layout.offset,
      layout.size,
      layout.byteOrder,
      layout.extra,
      trailer,
      keep,
      covers,
      checksum?.compute,
    ],
    createSplitter: () => new LengthSplitter(maxLength, layout),
    decode: (bytes, start, end) => decode(rules, copyOf(bytes, start, end)),
    encode: (message) => encode(rules, payloadOf(message)),
  });
}

interface Rules extends ReturnType<typeof partsOf> {
  readonly layout: LengthLayout;
}

function rulesOf(options: LengthPrefixedOptions): Rules {
  const parts = partsOf(options);
  const { counts = "payload", plus = 0 } = options;
  if (!isOneOf(counts, ["payload", "rest", "all"])) {
    throw invalid("counts", counts, "one of payload, rest, all");
  }
  if (!isIntegerIn(plus, -65_536, 65_536)) {
    throw invalid("plus", plus, "a number of bytes, -65536 to 65536");
  }
  const { header, tail } = parts;
  const uncounted = { payload: header + tail, rest: header, all: 0 }[counts];
  const { start, offset, size, byteOrder } = parts;
  return { ...parts, layout: { start, offset, size, byteOrder, extra: uncounted + plus } };
}

interface Parts {
  readonly start: Bytes;
  readonly offset: number;
  readonly size: 1 | 2 | 4;
  readonly byteOrder: "big" | "little";
  readonly trailer: number;
  readonly checksum: ReturnType<typeof checksumIn>;
  readonly header: number;
  readonly tail: number;
  readonly keep: boolean;
  readonly covers: "payload" | "all";
  readonly maxLength: number;
}

function partsOf(options: LengthPrefixedOptions): Parts {
  const start =
    options.start === undefined ? new Uint8Array(0) : markOf("start", options.start, MOST_START);
  const { offset = start.length, size = 2, byteOrder = "big", trailer = 0 } = options;
  if (!isIntegerIn(offset, start.length, MOST_OFFSET)) {
    throw invalid("offset", offset, `${start.length} to ${MOST_OFFSET} bytes`);
  }
  if (!isOneOf(size, [1, 2, 4])) throw invalid("size", size, "1, 2 or 4 bytes");
  if (!isOneOf(byteOrder, ["big", "little"])) {
    throw invalid("byteOrder", byteOrder, "one of big, little");
  }
  if (!isIntegerIn(trailer, 0, MOST_OFFSET)) {
    throw invalid("trailer", trailer, `0 to ${MOST_OFFSET} bytes`);
  }
  const { covers = "all", keep = offset > start.length || trailer > 0 } = options;
  if (!isOneOf(covers, ["payload", "all"])) throw invalid("covers", covers, "one of payload, all");
  if (!isBoolean(keep)) throw invalid("keep", keep, "a boolean");
  if (!keep && (offset > start.length || trailer > 0)) {
    const hint =
      "leave keep out: bytes beside start, length and payload have no place in a payload";
    throw invalid("keep", keep, { expected: "true with such an offset or trailer", hint });
  }
  const checksum = checksumIn(options);
  const tail = trailer + (checksum?.size ?? 0);
  const header = offset + size;
  const maxLength = maxLengthOf(options, header + tail);
  return {
    start,
    offset,
    size,
    byteOrder,
    trailer,
    checksum,
    header,
    tail,
    keep,
    covers,
    maxLength,
  };
}

function decode({ layout, keep, covers, checksum, header, tail }: Rules, frame: Bytes): Bytes {
  if (frame.length < header + tail || totalLength(layout, frame, 0) !== frame.length) {
    throw malformed(`its length field does not fit its ${frame.length} bytes`);
  }
  const at = frame.length - (checksum?.size ?? 0);
  if (checksum !== undefined) {
    const from = covers === "all" ? layout.start.length : header;
    verify(frame.subarray(from, at), frame.subarray(at), checksum);
  }
  return keep ? frame.slice(0, at) : frame.slice(header, at);
}

function encode(rules: Rules, message: Uint8Array): Bytes {
  const { layout, keep, covers, checksum, header, maxLength } = rules;
  const body = keep ? message : join([headerFor(rules, message), message]);
  if (body.length < header) {
    throw unsendable(message, `at least ${header} bytes`, "send the whole message with its header");
  }
  const from = covers === "all" ? layout.start.length : header;
  const sum = checksum?.compute(body.subarray(from)) ?? new Uint8Array(0);
  const packed = join([body, sum]);
  const begins = Buffer.compare(packed.subarray(0, layout.start.length), layout.start) === 0;
  if (!begins || totalLength(layout, packed, 0) !== packed.length) {
    throw unsendable(
      message,
      `a message whose length field fits its ${packed.length} bytes`,
      "write start and length field as the receiver expects them",
    );
  }
  return checkLength(packed, maxLength);
}

/** Start and length field in front of a payload. */
function headerFor({ layout, header, tail }: Rules, payload: Uint8Array): Bytes {
  const bytes = new Uint8Array(header);
  bytes.set(layout.start);
  const value = header + payload.length + tail - layout.extra;
  if (value < 0 || value >= 256 ** layout.size) {
    const hint = "send it in parts, or give both sides a larger length field";
    throw unsendable(payload, `a payload whose length fits into ${layout.size} bytes`, hint);
  }
  for (let index = 0; index < layout.size; index++) {
    const at = layout.byteOrder === "little" ? index : layout.size - 1 - index;
    bytes[layout.offset + at] = Math.floor(value / 256 ** index) % 256;
  }
  return bytes;
}
