// fixedLength(): messages of a fixed number of bytes.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid, isIntegerIn } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";
import {
  type ChecksumOption,
  checksumIn,
  join,
  malformed,
  payloadOf,
  unsendable,
  withChecksum,
  withoutChecksum,
} from "./codec.ts";
import { FixedSplitter } from "./fixed-splitter.ts";
import { Framing } from "./framing.ts";
import { copyOf } from "./index-of.ts";

/** Options of {@link fixedLength}. */
export interface FixedLengthOptions {
  /** Checked and taken off when receiving, added when sending; its bytes count. */
  readonly checksum?: ChecksumOption | undefined;
}

const MOST = 2 ** 24;
const FIXED: OptionSpec = {
  known: ["checksum"],
  elsewhere: { maxlength: "leave it out: the length is the first argument" },
};

/**
 * Messages of one length.
 *
 * @param length Bytes of a message, checksum included, 1 to 2^24.
 * @param options The checksum.
 * @returns A framing whose messages are bytes.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — the length or an option is wrong.
 */
export function fixedLength(length: number, options: FixedLengthOptions = {}): Framing<Bytes> {
  if (!isIntegerIn(length, 1, MOST)) throw invalid("length", length, `1 to ${MOST} bytes`);
  checkOptions(options, FIXED);
  const checksum = checksumIn(options);
  return new Framing<Bytes>({
    kind: "fixedLength",
    maxLength: length,
    parts: [checksum?.compute],
    createSplitter: () => new FixedSplitter(length),
    decode: (bytes, start, end) => {
      if (end - start !== length) throw malformed(`it has ${end - start} bytes, not ${length}`);
      return withoutChecksum(copyOf(bytes, start, end), checksum);
    },
    encode: (message) => {
      const packed = join([withChecksum(payloadOf(message), checksum)]);
      if (packed.length === length) return packed;
      const rest = length - (checksum?.size ?? 0);
      throw unsendable(message, `${rest} bytes`, "fill it up to the length of the framing");
    },
  });
}
