// How long a line is silent between two messages. Pure.

import { invalid, isIntegerIn, isRecord } from "../arguments/validate.ts";

/** The settings of a line that its characters take their time from. */
export interface LineSettings {
  /** Rate in baud. */
  readonly baudRate: number;
  /** Bits of a character. @defaultValue 8 */
  readonly dataBits?: number | undefined;
  /** A character has one bit more unless this is `none`. @defaultValue "none" */
  readonly parity?: string | undefined;
  /** Stop bits. @defaultValue 1 */
  readonly stopBits?: number | undefined;
}

/** Above 19200 baud Modbus RTU counts in milliseconds: operating systems are not faster than that. */
const SHORTEST_GAP_MS = 1.75;

/** How long a number of characters takes, in milliseconds. */
export type GapOf = (characters: number) => number;

/**
 * Makes the clock of a line.
 *
 * @param line Its settings, or a function that returns them; `undefined` where they are unknown.
 * @returns Computes how long characters take; asked each time, since the rate may change.
 * @throws {@link ConfigurationError} `ERR_INVALID_ARG_VALUE` — they are no settings.
 */
export function gapOf(line: LineSettings | (() => LineSettings) | undefined): GapOf {
  if (line === undefined) return unknownLine;
  if (typeof line === "function") return (characters) => gapMs(line(), characters);
  if (!isRecord(line) || !isIntegerIn(line.baudRate, 1, 2 ** 32 - 1)) {
    throw invalid("line", line, "settings of a line, such as { baudRate: 9600 }");
  }
  return (characters) => gapMs(line, characters);
}

function gapMs(line: LineSettings, characters: number): number {
  const { baudRate, dataBits = 8, parity = "none", stopBits = 1 } = line;
  const bits = 1 + dataBits + (parity === "none" ? 0 : 1) + stopBits;
  return Math.max(SHORTEST_GAP_MS, (characters * bits * 1000) / baudRate);
}

function unknownLine(): never {
  throw invalid("line", undefined, {
    expected: "the settings of the line, since the framing counts silence in characters",
    hint: "write idleGap({ ms: … }), or give line: { baudRate: … }",
  });
}
