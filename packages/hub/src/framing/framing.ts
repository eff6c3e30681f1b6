// From the configured framing to a splitter.

import type { FramingConfig, FramingKind } from "../types.ts";
import { Delimited } from "./delimited.ts";
import { IdleGap } from "./idle-gap.ts";
import { LengthPrefix } from "./length-prefix.ts";
import type { Splitter } from "./splitter.ts";

const SLIP_END = 0xc0;
const COBS_END = 0x00;

/** Framing with nothing left open. */
export type Framing = Required<{ [K in keyof FramingConfig]: NonNullable<FramingConfig[K]> }>;

/**
 * Fills in the defaults.
 *
 * @param framing As configured.
 */
export function framingOf(framing: FramingKind | FramingConfig = "raw"): Framing {
  const given = typeof framing === "string" ? { kind: framing } : framing;
  return {
    kind: given.kind,
    delimiter: given.delimiter ?? 0x0a,
    gapMs: given.gapMs ?? 5,
    lengthBytes: given.lengthBytes ?? 2,
    byteOrder: given.byteOrder ?? "big",
    maxMessage: given.maxMessage ?? 4096,
  };
}

/**
 * Makes the splitter of one sender.
 *
 * @returns `undefined` for `raw`: every chunk passes as it is.
 */
export function createSplitter(framing: Framing): Splitter | undefined {
  const { kind, maxMessage } = framing;
  switch (kind) {
    case "raw":
      return undefined;
    case "line":
      return new Delimited({ delimiter: framing.delimiter, maxMessage, leads: false });
    case "slip":
      return new Delimited({ delimiter: SLIP_END, maxMessage, leads: true });
    case "cobs":
      return new Delimited({ delimiter: COBS_END, maxMessage, leads: true });
    case "idle-gap":
      return new IdleGap(framing.gapMs, maxMessage);
    case "length-prefix":
      return new LengthPrefix(framing);
  }
}
