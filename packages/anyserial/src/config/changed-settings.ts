// Compares the settings that were asked for with those that the driver took: pure. A rate may differ by 3 %.

import { UnsupportedConfigurationError } from "../errors/errors.ts";
import type { EffectiveConfig, SerialConfig } from "./config.ts";
import { CHANGED, type Refusal } from "./refusals.ts";

const RATE_TOLERANCE = 0.03;

/** Where the settings were applied. */
export interface Line {
  /** Port to name. */
  readonly path: string;
  /** `false` for a pty, whose driver keeps 8 data bits and no parity whatever is asked. */
  readonly hasFraming: boolean;
}

/**
 * Lists what the driver silently changed.
 *
 * @param line Where.
 * @param wanted Settings asked for.
 * @param taken Settings read back.
 * @returns One entry a setting, none where everything took.
 */
export function changedSettings(
  line: Line,
  wanted: SerialConfig,
  taken: EffectiveConfig,
): Refusal[] {
  const offBy = Math.abs(taken.baudRate - wanted.baudRate) / wanted.baudRate;
  const changed: ("baudRate" | "dataBits" | "parity")[] = [];
  const dropped = (["rtsCts", "dtrDsr"] as const).filter(
    (flow) => line.hasFraming && wanted.flowControl[flow] && !taken.flowControl[flow],
  );
  if (offBy > RATE_TOLERANCE) changed.push("baudRate");
  if (line.hasFraming && taken.dataBits !== wanted.dataBits) changed.push("dataBits");
  if (line.hasFraming && taken.parity !== wanted.parity) changed.push("parity");
  return [
    ...changed.map((setting) =>
      changedError(line.path, setting, [wanted[setting], taken[setting]]),
    ),
    ...dropped.map((setting) => changedError(line.path, setting, ["on", "off"])),
  ];
}

function changedError(
  path: string,
  setting: string,
  [wanted, taken]: readonly [string | number, string | number],
): Refusal {
  return {
    setting,
    error: new UnsupportedConfigurationError(
      `Cannot configure port "${path}": the driver changed ${setting} from ${wanted} to ${taken}`,
      {
        code: CHANGED,
        path,
        operation: "configure",
        hint: `set ${setting} to ${taken} or another value that the driver keeps, or set unsupportedPolicy to warn or ignore`,
      },
    ),
  };
}
