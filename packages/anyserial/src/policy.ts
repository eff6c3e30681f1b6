// What happens to options that the platform or driver lacks: the caller's unsupportedPolicy, in one
// place. The warnings are process warnings of type SerialUnsupportedWarning.

import type { SettleUnsupported } from "./backend/backend.ts";
import type { Feature, SerialCapabilities } from "./capabilities.ts";
import { type SerialConfig, type UnsupportedPolicy, withChanges } from "./config.ts";
import { type SerialError, UnsupportedFeatureError } from "./errors.ts";

/**
 * Builds the function that settles refusals for one port.
 *
 * @param policy The caller's policy.
 * @returns Throws under `raise`; warns once per setting under `warn`; ignores under `ignore`.
 */
export function createSettle(policy: UnsupportedPolicy): SettleUnsupported {
  const warned = new Set<string>();
  return (setting: string, error: SerialError): void => {
    if (policy === "raise") throw error;
    if (policy === "ignore" || warned.has(setting)) return;
    warned.add(setting);
    process.emitWarning(error.message, {
      type: "SerialUnsupportedWarning",
      code: error.code,
      ...(error.hint === undefined ? {} : { detail: error.hint }),
    });
  };
}

/** An option that needs a feature, and what is left of the configuration without it. */
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
export interface Unsettled {
  /** Port to name. */
  readonly path: string;
  /** What the platform has. */
  readonly platform: SerialCapabilities;
  /** What the caller asks for. */
  readonly config: SerialConfig;
  /** The caller's policy. */
  readonly settle: SettleUnsupported;
}

/**
 * Settles every option that the platform lacks, before the device is touched.
 *
 * @param unsettled What is asked for, and of which platform.
 * @returns The configuration without what was waived.
 * @throws {@link UnsupportedFeatureError} `ERR_SERIAL_UNSUPPORTED` — under the policy `raise`.
 */
export function settleAgainstPlatform({ path, platform, config, settle }: Unsettled): SerialConfig {
  let settled = config;
  for (const { feature, option, isAsked, without, hints } of REQUIREMENTS) {
    if (platform[feature] !== "unsupported" || !isAsked(settled)) continue;
    settle(
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
    settled = withChanges(settled, without);
  }
  return settled;
}
