// custom(): messages that a function of the caller's finds.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { bytesOf, invalid } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";
import {
  type BinaryFramingOptions,
  checkLength,
  checksumIn,
  join,
  malformed,
  maxLengthOf,
  payloadOf,
  withChecksum,
  withoutChecksum,
} from "./codec.ts";
import { CustomSplitter, type FindMessage } from "./custom-splitter.ts";
import { Framing } from "./framing.ts";
import { copyOf } from "./index-of.ts";

/** Options of {@link custom}. */
export interface CustomOptions extends BinaryFramingOptions {
  /** Takes the payload out of a message, without its checksum. By default all of it is payload. */
  readonly decode?: ((frame: Bytes) => Uint8Array) | undefined;
  /** Wraps a payload, without the checksum. By default nothing is added. */
  readonly encode?: ((payload: Uint8Array) => Uint8Array) | undefined;
}

const CUSTOM: OptionSpec = { known: ["decode", "encode", "maxLength", "checksum"] };

/**
 * Messages that a function finds.
 *
 * @param find Returns how long the first message is: pure, called with the bytes since the last
 *   message.
 * @param options How the payload is taken out and wrapped, and what is checked.
 * @returns A framing whose messages are bytes.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an argument is wrong.
 * @example
 * ```ts
 * import { custom } from "anyserial/framing";
 *
 * // The first byte says which of two lengths the message has.
 * const framing = custom(([type]) => {
 *   if (type === 1) return 4;
 *   return type === 2 ? 12 : new Error(`no message begins with ${type}`);
 * });
 * console.log(framing.maxLength);
 * ```
 */
export function custom(find: FindMessage, options: CustomOptions = {}): Framing<Bytes> {
  if (typeof find !== "function") throw invalid("find", find, "a function that returns a length");
  checkOptions(options, CUSTOM);
  const { decode, encode } = options;
  for (const [name, value] of Object.entries({ decode, encode })) {
    if (value !== undefined && typeof value !== "function")
      throw invalid(name, value, "a function");
  }
  const maxLength = maxLengthOf(options);
  const checksum = checksumIn(options);
  return new Framing<Bytes>({
    kind: "custom",
    maxLength,
    parts: [find, decode, encode, checksum?.compute],
    createSplitter: () => new CustomSplitter(maxLength, find),
    decode: (bytes, start, end) => {
      const frame = withoutChecksum(copyOf(bytes, start, end), checksum);
      return decode === undefined ? frame : decodeWith(decode, frame);
    },
    encode: (message) => {
      const payload = payloadOf(message);
      const frame = encode === undefined ? payload : bytesOf("encode", encode(payload));
      return checkLength(join([withChecksum(frame, checksum)]), maxLength);
    },
  });
}

/** An error that the function throws describes the invalid message. */
function decodeWith(decode: (frame: Bytes) => Uint8Array, frame: Bytes): Bytes {
  try {
    return copyOf(bytesOf("decode", decode(frame)));
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}
