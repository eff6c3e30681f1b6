// The framing of a network with nothing left open. Pure.

import { defaultsOf } from "../config/defaults.ts";
import { KINDS_OF, type KnownFraming } from "../config/framing.ts";
import { FRAMING_FIELDS } from "../config/framing-fields.ts";
import type { FramingConfig, FramingKind } from "../model/types.ts";

/** Framing with its defaults. */
export type PlannedFraming = KnownFraming;

const DEFAULTS = defaultsOf<FramingConfig>(FRAMING_FIELDS);

/**
 * Fills in the defaults of a kind.
 *
 * @param framing As configured.
 */
export function framingOf(framing: FramingKind | FramingConfig = DEFAULTS.kind): PlannedFraming {
  const given = typeof framing === "string" ? { kind: framing } : framing;
  const all = { ...DEFAULTS, ...withoutUndefined(given) };
  const own = Object.entries(all).filter(([name]) => {
    const kinds = KINDS_OF[name];
    return kinds === undefined || kinds.includes(all.kind) || Object.hasOwn(given, name);
  });
  return Object.fromEntries(own) as unknown as PlannedFraming; // the fields of a framing
}

function withoutUndefined(given: FramingConfig): FramingConfig {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as unknown as FramingConfig; // the same fields
}
