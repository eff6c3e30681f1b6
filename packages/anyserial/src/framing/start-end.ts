// startEnd(): the bytes between two marks.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, isIntegerIn, isOneOf } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";
import type { Checksum } from "./checksum.ts";
import {
  type BinaryFramingOptions,
  byteOf,
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
import { type Marks, StartEndSplitter } from "./start-end-splitter.ts";

/** Options of {@link startEnd}. */
export interface StartEndOptions extends BinaryFramingOptions {
  /**
   * Byte that takes the meaning from the byte behind it, 0 to 255; added in front of marks, and taken off.
   * Without it a payload must have no mark in it.
   */
  readonly escape?: number | undefined;
  /**
   * Bytes behind the end mark that belong to the message; received behind the payload, and sent from there.
   * Where there is a `checksum` these are its bytes, and they are taken off.
   * @defaultValue the bytes of the checksum, else 0
   */
  readonly after?: number | undefined;
  /**
   * Extent of the checksum: the `payload`, or `all` bytes between it and `start`. @defaultValue
   * "all"
   */
  readonly covers?: "payload" | "all" | undefined;
}

const MOST_MARK = 8;
const MOST_AFTER = 64;
const START_END: OptionSpec = {
  known: ["escape", "after", "covers", "maxLength", "checksum"],
  elsewhere: { trailer: "write after" },
};

/**
 * Messages between two marks, such as STX and ETX. Bytes outside of them are left out.
 *
 * @param start 1 to 8 bytes: as bytes, as text in UTF-8, or a number for one byte.
 * @param end 1 to 8 bytes, likewise.
 * @param options The escaped bytes, and the checksum.
 * @returns A framing whose messages are bytes, without the marks.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — a mark or an option is wrong.
 * @example
 * ```ts
 * import { startEnd } from "anyserial/framing";
 *
 * const framing = startEnd(0x02, 0x03, { checksum: "xor8" }); // STX … ETX and the block check
 * console.log(framing.encode(new TextEncoder().encode("0,25.1")));
 * ```
 */
export function startEnd(
  start: Uint8Array | string | number,
  end: Uint8Array | string | number,
  options: StartEndOptions = {},
): Framing<Bytes> {
  const rules = rulesOf(
    { start: markOf("start", start, MOST_MARK), end: markOf("end", end, MOST_MARK) },
    options,
  );
  const { marks, covers, checksum, maxLength } = rules;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  return new Framing<Bytes>({
    kind: "startEnd",
    maxLength,
    parts: [hex(marks.start), hex(marks.end), marks.prefix, marks.after, covers, checksum?.compute],
    createSplitter: () => new StartEndSplitter(maxLength, marks),
    decode: (bytes, from, to) => decode(rules, bytes.subarray(from, to)),
    encode: (message) => encode(rules, payloadOf(message)),
  });
}

interface Rules {
  readonly marks: Marks;
  readonly covers: "payload" | "all";
  readonly checksum: Checksum | undefined;
  readonly maxLength: number;
}

function rulesOf(
  { start, end }: { readonly start: Bytes; readonly end: Bytes },
  options: StartEndOptions,
): Rules {
  checkOptions(options, START_END);
  const checksum = checksumIn(options);
  const { escape: prefix, covers = "all", after = checksum?.size ?? 0 } = options;
  if (Buffer.compare(start, end) === 0) {
    throw invalid("end", end, { expected: "another mark than start", hint: "use delimited()" });
  }
  if (prefix !== undefined) {
    byteOf("escape", prefix);
    if (start.includes(prefix) || end.includes(prefix)) {
      throw invalid("escape", prefix, "a byte that is in neither mark");
    }
  }
  if (!isOneOf(covers, ["payload", "all"])) throw invalid("covers", covers, "one of payload, all");
  if (!isIntegerIn(after, 0, MOST_AFTER)) {
    throw invalid("after", after, `0 to ${MOST_AFTER} bytes`);
  }
  if (checksum !== undefined && after !== checksum.size) {
    throw invalid("after", after, `${checksum.size} bytes, those of the checksum`);
  }
  const maxLength = maxLengthOf(options, start.length + end.length + after);
  return { marks: { start, end, prefix, after }, covers, checksum, maxLength };
}

function decode({ marks, covers, checksum }: Rules, frame: Uint8Array): Bytes {
  const { start, end, prefix, after } = marks;
  const endAt = frame.length - after - end.length;
  const isWhole =
    endAt >= start.length &&
    Buffer.compare(frame.subarray(0, start.length), start) === 0 &&
    Buffer.compare(frame.subarray(endAt, endAt + end.length), end) === 0;
  if (!isWhole) throw malformed("it is not between its marks");
  const payload = unescaped(frame.subarray(start.length, endAt), prefix);
  const tail = frame.subarray(frame.length - after);
  if (checksum === undefined) return after === 0 ? payload : join([payload, tail]);
  const all = frame.subarray(start.length, endAt + end.length);
  verify(covers === "all" ? all : payload, tail, checksum);
  return payload;
}

function encode({ marks, covers, checksum, maxLength }: Rules, message: Uint8Array): Bytes {
  const { start, end, prefix, after } = marks;
  const given = checksum === undefined ? after : 0;
  if (message.length < given) {
    const hint = "put the bytes that follow the end mark behind the payload";
    throw unsendable(message, `at least ${given} bytes`, hint);
  }
  const payload = message.subarray(0, message.length - given);
  const body = escaped(payload, marks);
  if (prefix === undefined) refuseMarks(message, body, marks);
  const tail =
    checksum === undefined
      ? message.subarray(message.length - given)
      : checksum.compute(covers === "all" ? join([body, end]) : payload);
  return checkLength(join([start, body, end, tail]), maxLength);
}

/** A mark may also come about where payload and end meet. */
function refuseMarks(message: Uint8Array, body: Uint8Array, { start, end }: Marks): void {
  const all = Buffer.from(join([body, end]));
  if (all.indexOf(end) === body.length && (all.indexOf(start) === -1 || body.length === 0)) return;
  const hint = "give the framing an escape, or use slip() or cobs()";
  throw unsendable(message, "bytes without a mark", hint);
}

function escaped(payload: Uint8Array, { start, end, prefix }: Marks): Bytes {
  if (prefix === undefined) return copyOf(payload);
  const bytes: number[] = [];
  for (const byte of payload) {
    if (byte === prefix || byte === start[0] || byte === end[0]) bytes.push(prefix);
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function unescaped(body: Uint8Array, prefix: number | undefined): Bytes {
  if (prefix === undefined) return copyOf(body);
  const bytes = new Uint8Array(body.length);
  let length = 0;
  for (let at = 0; at < body.length; at++) {
    if (body[at] === prefix) at++;
    bytes[length++] = body[at] as number;
  }
  return bytes.slice(0, length);
}
