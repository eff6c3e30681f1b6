// The caller's unsupportedPolicy for options that the platform or driver lacks, in one place. The
// warnings are process warnings of type SerialUnsupportedWarning.

import { UnsupportedFeatureError } from "../errors/errors.ts";
import type { Feature, SerialCapabilities } from "../model/capabilities.ts";
import { type SerialConfig, type UnsupportedPolicy, withChanges } from "./config.ts";
import { type OnRefusal, type Refusal, Refusals } from "./refusals.ts";

/** The caller's policy for the refusals of one port. */
export interface Policy {
  /** For the backend: under `raise`, the first refusal ends a configuration. */
  readonly onRefusal: OnRefusal;
  /** Reports refusals that were left out: warns once per setting under `warn`, does nothing under `ignore`. */
  report(refused: readonly Refusal[]): void;
  /**
   * Takes out every option that the platform lacks, and reports it, before the device is touched.
   *
   * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_UNSUPPORTED` — under `raise`.
   */
  waive(request: WaiveRequest): SerialConfig;
}

/** Builds the policy of one port. */
export function createPolicy(policy: UnsupportedPolicy): Policy {
  const onRefusal = policy === "raise" ? "stop" : "leave-out";
  const warned = new Set<string>();
  const report = (refused: readonly Refusal[]): void => {
    for (const { setting, error } of policy === "warn" ? refused : []) {
      if (warned.has(setting)) continue;
      warned.add(setting);
      process.emitWarning(error.message, {
        type: "SerialUnsupportedWarning",
        code: error.code,
        ...(error.hint === undefined ? {} : { detail: error.hint }),
      });
    }
  };
  return policyOf(onRefusal, report);
}

/**
 * Builds a policy that leaves refused settings out.
 *
 * @param onRefused Gets each; an error that it throws ends the configuration.
 */
export function createReporting(onRefused: (refusal: Refusal) => void): Policy {
  return policyOf("leave-out", (refused) => {
    for (const refusal of refused) onRefused(refusal);
  });
}

function policyOf(onRefusal: OnRefusal, report: Policy["report"]): Policy {
  const waive = (request: WaiveRequest): SerialConfig => {
    const refusals = new Refusals(onRefusal);
    const rest = waiveUnsupported(request, refusals);
    report(refusals.list);
    return rest;
  };
  return { onRefusal, report, waive };
}

/** An option that needs a feature, and the configuration without it. */
interface Requirement {
  readonly feature: Feature;
  readonly option: string;
  readonly isAsked: (config: SerialConfig) => boolean;
  readonly without: Parameters<typeof withChanges>[1];
  /** Advice where the general one is not the best, by name of the backend. */
  readonly hints?: Readonly<Record<string, string>>;
}

const REQUIREMENTS: readonly Requirement[] = [
  {
    feature: "markSpaceParity",
    option: "mark and space parity",
    isAsked: ({ parity }) => parity === "mark" || parity === "space",
    without: { parity: "none" },
  },
  {
    feature: "onePointFiveStopBits",
    option: "1.5 stop bits",
    isAsked: ({ stopBits }) => stopBits === 1.5,
    without: { stopBits: 2 },
  },
  {
    feature: "xonXoff",
    option: "XON/XOFF flow control",
    isAsked: ({ flowControl }) => flowControl.xonXoff,
    without: { flowControl: { xonXoff: false } },
  },
  {
    feature: "rtsCts",
    option: "RTS/CTS flow control",
    isAsked: ({ flowControl }) => flowControl.rtsCts,
    without: { flowControl: { rtsCts: false } },
  },
  {
    feature: "dtrDsr",
    option: "DTR/DSR flow control",
    isAsked: ({ flowControl }) => flowControl.dtrDsr,
    without: { flowControl: { dtrDsr: false } },
  },
  {
    feature: "exclusiveAccess",
    option: "exclusive access",
    isAsked: ({ exclusive }) => exclusive,
    without: { exclusive: false },
  },
  {
    feature: "lowLatency",
    option: "low latency",
    isAsked: ({ lowLatency }) => lowLatency,
    without: { lowLatency: false },
    hints: {
      windows:
        "leave lowLatency out; the 16 ms timer of an FTDI adapter is set in its driver only: Device Manager, the port, Properties, Port Settings, Advanced, Latency Timer",
    },
  },
  {
    feature: "rs485",
    option: "RS-485",
    isAsked: ({ rs485 }) => rs485 !== null,
    without: { rs485: null },
  },
];

/** A configuration that the platform may not be able to follow. */
export interface WaiveRequest {
  /** Port to name. */
  readonly path: string;
  readonly platform: SerialCapabilities;
  readonly config: SerialConfig;
}

/**
 * Refuses every option that the platform lacks, before the device is touched.
 *
 * @returns The configuration without these options.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_UNSUPPORTED` — where the refusals stop at the first.
 */
export function waiveUnsupported(
  { path, platform, config }: WaiveRequest,
  refusals: Refusals,
): SerialConfig {
  let rest = config;
  for (const { feature, option, isAsked, without, hints } of REQUIREMENTS) {
    if (platform[feature] !== "unsupported" || !isAsked(rest)) continue;
    refusals.add(
      feature,
      new UnsupportedFeatureError(
        `Cannot configure port "${path}": ${option} is not available on ${platform.platform}`,
        {
          code: "ERR_SERIAL_UNSUPPORTED",
          path,
          operation: "configure",
          hint: hints?.[platform.backend],
        },
      ),
    );
    rest = withChanges(rest, without);
  }
  return rest;
}
