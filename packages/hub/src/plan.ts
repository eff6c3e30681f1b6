// From the configuration to what is to be built: defaults filled in, everything checked. Pure.

import { ConfigurationError } from "anyserial";
import { type Framing, framingOf } from "./framing/framing.ts";
import { checkFields } from "./plan-checks.ts";
import { misfitOf, rolesOf } from "./topology.ts";
import type {
  HubConfig,
  LineConfig,
  MemberConfig,
  MemberKind,
  MemberOptions,
  MemberRole,
  NetworkConfig,
  OverflowPolicy,
  RateMismatch,
  Topology,
  WhenAbsent,
} from "./types.ts";

/** Options with nothing left open. */
export interface PlannedOptions extends LineConfig {
  readonly overflow: OverflowPolicy;
  readonly queue: number;
  readonly whenAbsent: WhenAbsent;
  readonly stallAfterMs: number;
}

/** One member to build. */
export interface MemberPlan {
  readonly network: string;
  readonly name: string;
  readonly kind: MemberKind;
  readonly role: MemberRole;
  readonly config: MemberConfig;
  readonly options: PlannedOptions;
  /** What it is built from: a member whose endpoint did not change is kept. */
  readonly endpoint: string;
}

/** One network to build. */
export interface NetworkPlan {
  readonly name: string;
  readonly topology: Topology;
  readonly framing: Framing;
  readonly rateMismatch: RateMismatch;
  readonly members: readonly MemberPlan[];
}

const KINDS: readonly MemberKind[] = ["port", "serial", "tcp", "stdio", "process", "device"];

const OPTION_NAMES: readonly (keyof MemberOptions)[] = [
  "overflow",
  "queue",
  "whenAbsent",
  "stallAfterMs",
  "pace",
  "latencyMs",
  "jitterMs",
  "bitErrorRate",
  "dropRate",
  "seed",
];

/**
 * Plans a hub.
 *
 * @param config Whole configuration.
 * @returns Networks in the order of the configuration.
 * @throws `ConfigurationError` `ERR_INVALID_ARG_VALUE` — a field is wrong; names its path.
 */
export function planHub(config: HubConfig): readonly NetworkPlan[] {
  const networks = Object.entries(config.networks ?? {});
  const plans = networks.map(([name, network]) => planNetwork(name, network));
  checkClaims(plans);
  return plans;
}

/** Which kind of member a configuration describes; `undefined` when it is not exactly one. */
function kindOf(config: MemberConfig): MemberKind | undefined {
  const kinds = KINDS.filter((kind) => Object.hasOwn(config, kind));
  return kinds.length === 1 ? kinds[0] : undefined;
}

/** The error for a wrong field. */
export function wrongField(field: string, got: string, expected: string): ConfigurationError {
  return new ConfigurationError(`Invalid "${field}": got ${got}, expected ${expected}`, {
    code: "ERR_INVALID_ARG_VALUE",
    hint: `set "${field}" to ${expected}`,
  });
}

function planNetwork(name: string, network: NetworkConfig): NetworkPlan {
  const field = `networks.${name}`;
  checkFields(field, network, wrongField);
  const topology = network.topology ?? "bus";
  const planned = Object.entries(network.members).map(([member, config]) =>
    planMember(`${field}.members.${member}`, { network, name, member, config }),
  );
  const misfit = misfitOf(topology, planned);
  if (misfit !== undefined) throw wrongField(`${field}.members`, misfit.got, misfit.expected);
  const roles = rolesOf(topology, planned);
  return {
    name,
    topology,
    framing: framingOf(network.framing),
    rateMismatch: network.rateMismatch ?? "pass",
    members: planned.map((plan, index) => ({ ...plan, role: roles[index] as MemberRole })),
  };
}

interface MemberInput {
  readonly network: NetworkConfig;
  readonly name: string;
  readonly member: string;
  readonly config: MemberConfig;
}

function planMember(field: string, { network, name, member, config }: MemberInput): MemberPlan {
  const kind = kindOf(config);
  if (kind === undefined) {
    const got = Object.keys(config).join(", ") || "nothing";
    throw wrongField(field, got, `exactly one of ${KINDS.join(", ")}`);
  }
  checkFields(field, config, wrongField);
  const given = { ...pick(network), ...pick(config) };
  const options: PlannedOptions = {
    ...given,
    overflow: given.overflow ?? "drop-newest",
    queue: given.queue ?? 65_536,
    whenAbsent: given.whenAbsent ?? "discard",
    stallAfterMs: given.stallAfterMs ?? 1000,
  };
  const role = config.role ?? "member";
  return { network: name, name: member, kind, role, config, options, endpoint: endpointOf(config) };
}

function pick(options: MemberOptions): MemberOptions {
  const set = OPTION_NAMES.filter((name) => options[name] !== undefined);
  return Object.fromEntries(set.map((name) => [name, options[name]]));
}

function endpointOf(config: MemberConfig): string {
  const others: readonly string[] = [...OPTION_NAMES, "role"];
  const entries = Object.entries(config).filter(([key]) => !others.includes(key));
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** No two members may be the same port, the same listener, or both standard input. */
function checkClaims(plans: readonly NetworkPlan[]): void {
  const seen = new Map<string, string>();
  for (const { network, name, config } of plans.flatMap(({ members }) => members)) {
    const claim = claimOf(config);
    if (claim === undefined) continue;
    const field = `networks.${network}.members.${name}`;
    const other = seen.get(claim);
    if (other !== undefined) throw wrongField(field, claim, `something else than ${other} has`);
    seen.set(claim, field);
  }
}

function claimOf(config: MemberConfig): string | undefined {
  if ("port" in config) return `port ${config.port}`;
  if ("stdio" in config) return "stdio";
  if ("tcp" in config && "listen" in config.tcp) {
    return config.tcp.listen.endsWith(":0") ? undefined : `tcp listen ${config.tcp.listen}`;
  }
  return undefined;
}
