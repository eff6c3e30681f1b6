// idleGap(): the bytes between silences.

import { checkOptions, type OptionSpec } from "../arguments/options.ts";
import { invalid } from "../arguments/validate.ts";
import type { Bytes } from "../model/bytes.ts";
import {
  type BinaryFramingOptions,
  checkLength,
  checksumIn,
  join,
  maxLengthOf,
  payloadOf,
  unsendable,
  withChecksum,
  withoutChecksum,
} from "./codec.ts";
import { Framing } from "./framing.ts";
import { GapSplitter } from "./gap-splitter.ts";
import { copyOf } from "./index-of.ts";

/** Options of {@link idleGap}. */
export interface IdleGapOptions extends BinaryFramingOptions {
  /** The silence in milliseconds, 0.1 to 60000; in place of `characters`. */
  readonly ms?: number | undefined;
  /**
   * The silence in characters of the line, 1 to 1000: its rate and framing say how long that is, and it is
   * 1.75 ms at least.
   * @defaultValue 3.5
   */
  readonly characters?: number | undefined;
}

const MODBUS_CHARACTERS = 3.5;
const IDLE_GAP: OptionSpec = {
  known: ["ms", "characters", "maxLength", "checksum"],
  elsewhere: { gapms: "write ms", interval: "write ms", maxbuffersize: "write maxLength" },
  bare: { number: "ms" },
};

/**
 * Messages with silence between them, as in Modbus RTU. Bytes that the operating system delivers
 * late may join two of them: a silence of a few milliseconds is as short as is sensible on a USB
 * adapter.
 *
 * @param options How long the silence is, and what is checked.
 * @returns A framing whose messages are bytes, of which there is at least one.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — an option is wrong.
 * @example
 * ```ts
 * import { openSerialPort } from "anyserial";
 * import { idleGap } from "anyserial/framing";
 *
 * await using port = await openSerialPort("/dev/ttyUSB0", { baudRate: 9600, parity: "even" });
 * const bus = port.framed(idleGap({ checksum: "crc16modbus" }));
 * const question = Uint8Array.of(1, 3, 0, 0, 0, 2);
 * console.log(await bus.request(question, { signal: AbortSignal.timeout(1000) }));
 * ```
 */
export function idleGap(options: IdleGapOptions = {}): Framing<Bytes> {
  checkOptions(options, IDLE_GAP);
  const { ms, characters } = options;
  if (ms !== undefined && !(typeof ms === "number" && ms >= 0.1 && ms <= 60_000)) {
    throw invalid("ms", ms, "0.1 to 60000 milliseconds");
  }
  if (ms !== undefined && characters !== undefined) {
    throw invalid("characters", characters, "nothing where ms is given");
  }
  const count = characters ?? MODBUS_CHARACTERS;
  if (!(typeof count === "number" && count >= 1 && count <= 1000)) {
    throw invalid("characters", count, "1 to 1000 characters");
  }
  const maxLength = maxLengthOf(options);
  const checksum = checksumIn(options);
  return new Framing<Bytes>({
    kind: "idleGap",
    maxLength,
    parts: [ms, count, checksum?.compute],
    createSplitter: (gapOf) =>
      new GapSplitter(maxLength, ms === undefined ? () => gapOf(count) : () => ms),
    decode: (bytes, start, end) =>
      end === start ? undefined : withoutChecksum(copyOf(bytes, start, end), checksum),
    encode: (message) => {
      const packed = join([withChecksum(payloadOf(message), checksum)]);
      if (packed.length > 0) return checkLength(packed, maxLength);
      throw unsendable(message, "at least one byte", "do not send it: it cannot be received");
    },
  });
}
