// Options of the calls of `anyserial/sync`, which block for a time. Pure.

import type { OptionSpec } from "./options.ts";
import { SETTINGS_ELSEWHERE } from "./settings.ts";

const SIGNAL = "leave it out: a call that blocks cannot be aborted, but ends after timeoutMs";

/**
 * Describes the options of a call that blocks.
 *
 * @param known Options of the call; a number in place of the object is taken for the first.
 * @returns The specification for `checkOptions()`.
 */
export function blocking(...known: readonly string[]): OptionSpec {
  const limit = known.includes("timeoutMs")
    ? { deadline: "write timeoutMs", timeout: "write timeoutMs" }
    : {};
  return {
    known,
    elsewhere: { ...SETTINGS_ELSEWHERE, ...limit, abortsignal: SIGNAL, signal: SIGNAL },
    ...(known[0] === undefined ? {} : { bare: { number: known[0] } }),
  };
}
