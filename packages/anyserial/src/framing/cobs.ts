// cobs(): consistent overhead byte stuffing, Cheshire and Baker 1999.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import type { Bytes } from "../model/bytes.ts";
import { ByteSplitter } from "./byte-splitter.ts";
import {
  type BinaryFramingOptions,
  checkLength,
  checksumIn,
  malformed,
  maxLengthOf,
  payloadOf,
  withChecksum,
  withoutChecksum,
} from "./codec.ts";
import { Framing } from "./framing.ts";

/** Most bytes of a block that has no zero, and its code. */
const FULL = 0xff;
const COBS: OptionSpec = { known: ["maxLength", "checksum"] };

/**
 * Messages of any bytes: a zero ends each, and zeros inside are encoded, which adds at most one
 * byte in 254.
 *
 * @param options The checksum.
 * @returns A framing whose messages are bytes.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 */
export function cobs(options: BinaryFramingOptions = {}): Framing<Bytes> {
  checkOptions(options, COBS);
  const maxLength = maxLengthOf(options, 3);
  const checksum = checksumIn(options);
  return new Framing<Bytes>({
    kind: "cobs",
    maxLength,
    parts: [checksum?.compute],
    createSplitter: () => new ByteSplitter({ maxLength, delimiter: 0, leads: true }),
    decode: (bytes, start, end) => {
      const payload = unstuff(bytes.subarray(start, end));
      return payload === undefined ? undefined : withoutChecksum(payload, checksum);
    },
    encode: (message) => {
      return checkLength(stuff(withChecksum(payloadOf(message), checksum)), maxLength);
    },
  });
}

function stuff(payload: Uint8Array): Bytes {
  const packed = new Uint8Array(payload.length + Math.ceil(payload.length / (FULL - 1)) + 2);
  let codeAt = 0;
  let length = 1;
  for (const [index, byte] of payload.entries()) {
    if (byte !== 0) packed[length++] = byte;
    const isFull = length - codeAt === FULL;
    // A full block stands for no zero: at the end of the payload none follows it.
    if (byte !== 0 && !(isFull && index < payload.length - 1)) continue;
    packed[codeAt] = length - codeAt;
    codeAt = length++;
  }
  packed[codeAt] = length - codeAt;
  packed[length++] = 0;
  return packed.slice(0, length);
}

/** @returns `undefined` where there are only zeros. */
function unstuff(frame: Uint8Array): Bytes | undefined {
  const end = frame.length - 1;
  if (frame[end] !== 0) throw malformed("it does not end with a zero");
  let at = 0;
  while (at < end && frame[at] === 0) at++;
  if (at >= end) return undefined;
  const payload = new Uint8Array(end - at);
  let length = 0;
  while (at < end) {
    const code = frame[at++] as number;
    const next = at + code - 1;
    if (next > end) throw malformed("its last block is cut off");
    payload.set(frame.subarray(at, next), length);
    length += next - at;
    at = next;
    if (code < FULL && at < end) length++; // the zero that the block stands for
  }
  return payload.slice(0, length);
}
