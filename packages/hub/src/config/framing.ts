// From a configured framing to a framing of the library, whose splitters the hub uses. Pure.

import {
  cobs,
  delimited,
  type Framing,
  fixedLength,
  idleGap,
  lengthPrefixed,
  matching,
  type Splitter,
  slip,
  startEnd,
} from "anyserial/framing";
import type { FramingConfig, FramingKind, FramingMark } from "../model/types.ts";

/** A framing whose longest message is known. */
export interface KnownFraming extends FramingConfig {
  readonly maxMessage: number;
}

/** Fields that a kind needs. */
export const NEEDED: Readonly<Partial<Record<FramingKind, readonly (keyof FramingConfig)[]>>> = {
  delimited: ["delimiter"],
  "fixed-length": ["length"],
  "start-end": ["start", "end"],
  matching: ["pattern"],
};

/** Kinds that a field belongs to; other fields belong to all kinds. */
export const KINDS_OF: Readonly<Partial<Record<string, readonly FramingKind[]>>> = {
  delimiter: ["line", "delimited"],
  gapMs: ["idle-gap"],
  lengthBytes: ["length-prefix"],
  byteOrder: ["length-prefix"],
  offset: ["length-prefix"],
  counts: ["length-prefix"],
  plus: ["length-prefix"],
  trailer: ["length-prefix"],
  start: ["start-end", "length-prefix"],
  end: ["start-end"],
  escape: ["start-end"],
  after: ["start-end"],
  length: ["fixed-length"],
  pattern: ["matching"],
};

/**
 * Makes the splitter of one sender.
 *
 * @param config The framing.
 * @returns `undefined` for `raw`: every chunk passes as it is.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — its parameters do not fit.
 */
export function createSplitter(config: KnownFraming): Splitter | undefined {
  return config.kind === "raw" ? undefined : MAKERS[config.kind](config).split();
}

type Maker = (config: KnownFraming) => Pick<Framing, "split">;

const LINE_FEED = 0x0a;
const SHORTEST_SLIP = 4;
const SHORTEST_COBS = 3;

const line: Maker = ({ delimiter = LINE_FEED, maxMessage }) => {
  const mark = bytesOf(delimiter);
  return delimited(mark, { maxLength: Math.max(maxMessage, mark.length) });
};

const MAKERS: Readonly<Record<Exclude<FramingKind, "raw">, Maker>> = {
  line,
  delimited: line,
  slip: ({ maxMessage }) => slip({ maxLength: Math.max(maxMessage, SHORTEST_SLIP) }),
  cobs: ({ maxMessage }) => cobs({ maxLength: Math.max(maxMessage, SHORTEST_COBS) }),
  "idle-gap": ({ gapMs, maxMessage }) => idleGap({ ms: gapMs, maxLength: maxMessage }),
  "fixed-length": ({ length = 1 }) => fixedLength(length),
  "length-prefix": prefixed,
  "start-end": ({ start = "", end = "", escape: prefix, after = 0, maxMessage }) => {
    const marks = [bytesOf(start), bytesOf(end)] as const;
    const shortest = marks[0].length + marks[1].length + after;
    return startEnd(...marks, { escape: prefix, after, maxLength: Math.max(maxMessage, shortest) });
  },
  matching: ({ pattern = "", maxMessage }) =>
    matching(new RegExp(pattern), { maxLength: maxMessage }),
};

function prefixed(config: KnownFraming): Pick<Framing, "split"> {
  const { lengthBytes = 2, byteOrder, counts, plus, trailer = 0, maxMessage } = config;
  const start = config.start === undefined ? undefined : bytesOf(config.start);
  const { offset = start?.length ?? 0 } = config;
  return lengthPrefixed({
    start,
    offset,
    size: lengthBytes,
    byteOrder,
    counts,
    plus,
    trailer,
    maxLength: Math.max(maxMessage, offset + lengthBytes + trailer),
  });
}

function bytesOf(mark: FramingMark): Uint8Array {
  if (typeof mark === "string") return Buffer.from(mark);
  return Uint8Array.from(typeof mark === "number" ? [mark] : mark);
}
