// Capabilities of a platform, and of one open port: a frozen record of tri-states. Pure.

/**
 * `unknown` means that the platform has the mechanism and the driver or device decides when it is
 * used.
 */
export type Capability = "supported" | "unsupported" | "unknown";

/** Names of the features that {@link SerialCapabilities} answers for. */
export const FEATURES = [
  "customBaudRate",
  "markSpaceParity",
  "onePointFiveStopBits",
  "xonXoff",
  "rtsCts",
  "dtrDsr",
  "modemLines",
  "modemLineEvents",
  "breakSignal",
  "exclusiveAccess",
  "lowLatency",
  "rs485",
  "inputWaiting",
  "outputWaiting",
  "lineErrorCounters",
  "portDiscovery",
] as const;

/** A feature that a platform may lack. */
export type Feature = (typeof FEATURES)[number];

/** Capabilities of the platform, or of one open port. */
export type SerialCapabilities = Readonly<Record<Feature, Capability>> & {
  /** Operating system as the runtime names it: `linux`, `darwin`, `freebsd`, … */
  readonly platform: string;
  /** Backend that answers: `linux`, `memory`, … */
  readonly backend: string;
};

/**
 * Builds a record in which every feature is unsupported but those named.
 *
 * @param platform Operating system.
 * @param backend Name of the backend.
 * @param known Features that differ from `unsupported`.
 * @returns A frozen record.
 */
export function createCapabilities(
  platform: string,
  backend: string,
  known: Partial<Record<Feature, Capability>>,
): SerialCapabilities {
  const all = Object.fromEntries(FEATURES.map((name) => [name, known[name] ?? "unsupported"]));
  return Object.freeze({ platform, backend, ...all }) as SerialCapabilities;
}

/**
 * Derives a record with some features decided by a probe.
 *
 * @param base Record of the platform.
 * @param learned The answers of the open port.
 * @returns A frozen record.
 */
export function refineCapabilities(
  base: SerialCapabilities,
  learned: Partial<Record<Feature, Capability>>,
): SerialCapabilities {
  return Object.freeze({ ...base, ...learned });
}
