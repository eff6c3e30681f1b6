// Differences of the driver's error counters.

import type { PortControl } from "../backend/backend.ts";
import { UnsupportedFeatureError } from "../errors/errors.ts";
import type { LineErrorCounts } from "../model/line-error-counts.ts";

/** Reads the counters, or `undefined` where the driver does not count. */
export function lineErrorCounts(
  port: Pick<PortControl, "lineErrorCounts" | "lineErrorCountsIfAny">,
): LineErrorCounts | undefined {
  try {
    return port.lineErrorCountsIfAny === undefined
      ? port.lineErrorCounts()
      : port.lineErrorCountsIfAny();
  } catch (error) {
    if (error instanceof UnsupportedFeatureError) return undefined;
    throw error;
  }
}

/**
 * Errors counted between two samples.
 *
 * @param now Later sample.
 * @param before Earlier sample.
 * @returns Differences, never negative; all 0 where there is no later sample.
 */
export function lineErrorsSince(
  now: LineErrorCounts | undefined,
  before: LineErrorCounts | undefined,
): LineErrorCounts {
  const since = (name: keyof LineErrorCounts): number =>
    Math.max((now?.[name] ?? 0) - (before?.[name] ?? 0), 0);
  return {
    framing: since("framing"),
    parity: since("parity"),
    overrun: since("overrun"),
    break: since("break"),
    bufferOverflow: since("bufferOverflow"),
  };
}
