// delimited(): bytes up to a delimiter.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, isBoolean } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";
import { ByteSplitter } from "./byte-splitter.ts";
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
  withChecksum,
  withoutChecksum,
} from "./codec.ts";
import { Framing } from "./framing.ts";
import { bufferOf, copyOf } from "./index-of.ts";
import { SequenceSplitter } from "./sequence-splitter.ts";

/** Options of {@link delimited}. */
export interface DelimitedOptions extends BinaryFramingOptions {
  /**
   * The delimiter stays at the end of received messages; it is added to sent ones either way.
   * @defaultValue false
   */
  readonly keep?: boolean | undefined;
}

const MOST = 64;
const DELIMITED: OptionSpec = {
  known: ["keep", "maxLength", "checksum"],
  elsewhere: { includedelimiter: "write keep" },
};

/**
 * Messages that end with a delimiter.
 *
 * @param delimiter 1 to 64 bytes: as bytes, as text in UTF-8, or a number for one byte.
 * @param options Whether the delimiter stays, and the checksum.
 * @returns A framing whose messages are bytes.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the delimiter or an option is wrong.
 */
export function delimited(
  delimiter: Uint8Array | string | number,
  options: DelimitedOptions = {},
): Framing<Bytes> {
  const mark = markOf("delimiter", delimiter, MOST);
  checkOptions(options, DELIMITED);
  const { keep = false } = options;
  if (!isBoolean(keep)) throw invalid("keep", keep, "a boolean");
  const maxLength = maxLengthOf(options, mark.length);
  const checksum = checksumIn(options);
  return new Framing<Bytes>({
    kind: "delimited",
    maxLength,
    parts: [Buffer.from(mark).toString("hex"), keep, checksum?.compute],
    createSplitter: () =>
      mark.length === 1
        ? new ByteSplitter({ maxLength, delimiter: mark[0] as number, leads: false })
        : new SequenceSplitter(maxLength, mark),
    decode: (bytes, start, end) => {
      const at = end - mark.length;
      if (at < start || Buffer.compare(bytes.subarray(at, end), mark) !== 0) {
        throw malformed("it does not end with the delimiter");
      }
      const payload = withoutChecksum(copyOf(bytes, start, at), checksum);
      return keep ? join([payload, mark]) : payload;
    },
    encode: (message) => {
      const given = payloadOf(message);
      const packed = join([withChecksum(keep ? withoutMark(given, mark) : given, checksum), mark]);
      if (bufferOf(packed).indexOf(mark) !== packed.length - mark.length) {
        const hint = "use slip() or cobs() for payloads that may hold any byte";
        throw unsendable(message, "bytes without the delimiter", hint);
      }
      return checkLength(packed, maxLength);
    },
  });
}

/** A message received with its delimiter can be sent unchanged. */
function withoutMark(payload: Uint8Array, mark: Uint8Array): Uint8Array {
  const at = payload.length - mark.length;
  const hasMark = at >= 0 && Buffer.compare(payload.subarray(at), mark) === 0;
  return hasMark ? payload.subarray(0, at) : payload;
}
