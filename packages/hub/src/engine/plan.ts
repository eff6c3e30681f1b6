// From a valid configuration to a plan for the network, with defaults filled in. Pure.

import { adapterOf } from "../config/adapter-fields.ts";
import { defaultsOf, type WithDefaults, withDefaults } from "../config/defaults.ts";
import {
  MEMBER_COMMON,
  MEMBER_OPTIONS,
  memberKinds,
  NETWORK_FIELDS,
  SHARED_FIELDS,
} from "../config/fields.ts";
import { rolesOf } from "../model/topology.ts";
import type {
  HubConfig,
  LinePolicy,
  MemberConfig,
  MemberKind,
  MemberOptions,
  MemberRole,
  NetworkConfig,
  PortMemberConfig,
  RateMismatch,
  SerialMemberConfig,
  SharedConfig,
  Topology,
} from "../model/types.ts";
import type { LineWish } from "./following.ts";
import { framingOf, type PlannedFraming } from "./framing.ts";
import { defaultOverflow } from "./overflow.ts";

/** Options with nothing left open. */
export type PlannedOptions = WithDefaults<MemberOptions>;

/** One member to build. */
export interface MemberPlan {
  readonly network: string;
  readonly name: string;
  readonly kind: MemberKind;
  readonly role: MemberRole;
  readonly config: MemberConfig;
  readonly options: PlannedOptions;
  /** The configured endpoint: a member whose endpoint did not change is kept. */
  readonly endpoint: string;
  /** Name of the member whose settings the port takes. */
  readonly follow: string | undefined;
  /** Whose lines reach it. */
  readonly linePolicy: LinePolicy;
  /** Its port shows broken characters as such: it is an adapter. */
  readonly showsErrors: boolean;
  /** Settings that an application finds on its emulated port: those of the real port that follows it. */
  readonly preset: LineWish | undefined;
}

/** One network to build. */
export interface NetworkPlan {
  readonly name: string;
  readonly topology: Topology;
  readonly framing: PlannedFraming;
  readonly rateMismatch: RateMismatch;
  /** How it is shared with other hubs; `undefined` when it is not. */
  readonly sharing?: SharingPlan | undefined;
  readonly members: readonly MemberPlan[];
}

/** Sharing with nothing left open. */
export interface SharingPlan extends Omit<WithDefaults<SharedConfig>, "replicas"> {
  /** `undefined`: as many as there are servers, up to 3. */
  readonly replicas: SharedConfig["replicas"];
}

const KINDS = Object.keys(memberKinds("")) as readonly MemberKind[]; // its keys are the kinds
const OPTION_NAMES = Object.keys(MEMBER_OPTIONS) as readonly (keyof MemberOptions)[]; // likewise
const COMMON_NAMES: readonly string[] = Object.keys(MEMBER_COMMON);
const OPTION_DEFAULTS = defaultsOf(MEMBER_OPTIONS);
const SHARED_DEFAULTS = defaultsOf<SharedConfig>(SHARED_FIELDS);
const SHARED_NAMES = Object.keys(SHARED_FIELDS) as readonly (keyof SharedConfig)[]; // likewise
const { role: DEFAULT_ROLE } = defaultsOf(MEMBER_COMMON);
const { topology: DEFAULT_TOPOLOGY, rateMismatch: DEFAULT_MISMATCH } = defaultsOf(NETWORK_FIELDS);

/**
 * Plans a hub.
 *
 * @param config Whole configuration, as validateHubConfig() returned it.
 * @returns Networks in the order of the configuration.
 */
export function planHub(config: HubConfig): readonly NetworkPlan[] {
  return Object.entries(config.networks).map(([name, network]) => planNetwork(name, network));
}

function planNetwork(name: string, network: NetworkConfig): NetworkPlan {
  const { topology = DEFAULT_TOPOLOGY, rateMismatch = DEFAULT_MISMATCH } = network;
  const planned = Object.entries(network.members).map(([member, config]) =>
    planMember({ network, name, member, config }),
  );
  const sharing = sharingOf(network);
  const roles = rolesOf(topology, planned, sharing !== undefined);
  const presets = presetsOf(network.members);
  return {
    name,
    topology,
    framing: framingOf(network.framing),
    rateMismatch,
    sharing,
    members: planned.map((plan, index) =>
      placed(
        { ...plan, preset: presets.get(plan.name) },
        { topology, role: roles[index] as MemberRole, overflow: network.overflow },
      ),
    ),
  };
}

function sharingOf(network: NetworkConfig): SharingPlan | undefined {
  if (network.shared === undefined) return undefined;
  const given = Object.fromEntries(SHARED_NAMES.map((name) => [name, network[name]]));
  return withDefaults<SharedConfig>(SHARED_DEFAULTS, given);
}

/** Where a member is in its network, and what its network says. */
interface ConfigNode extends Pick<MemberPlan, "role">, Pick<MemberOptions, "overflow"> {
  readonly topology: Topology;
}

/** Fills in the defaults that depend on a member's role. */
function placed(plan: MemberPlan, { topology, role, overflow }: ConfigNode): MemberPlan {
  const { config, kind, options } = plan;
  const fallback = defaultOverflow({ topology, kind, role });
  return {
    ...plan,
    role,
    options: { ...options, overflow: config.overflow ?? overflow ?? fallback },
  };
}

interface MemberInput {
  readonly network: NetworkConfig;
  readonly name: string;
  readonly member: string;
  readonly config: MemberConfig;
}

function planMember({ network, name, member, config }: MemberInput): MemberPlan {
  const kind = KINDS.find((one) => Object.hasOwn(config, one)) as MemberKind; // it is valid: it has one
  const given = { ...pick(network), ...pick(config) };
  const adapter = adapterOf(config);
  const pace = given.pace ?? adapter !== undefined; // a real adapter has a rate
  const options = withDefaults<MemberOptions>(OPTION_DEFAULTS, { ...given, pace });
  const { role = DEFAULT_ROLE } = config;
  const endpoint = endpointOf(config);
  const { follow, lines = "applications" } = config as Partial<SerialMemberConfig>;
  const linePolicy = kind === "serial" ? lines : (adapter?.lines ?? "all");
  const place = { network: name, name: member, kind, role, config, options, endpoint };
  const showsErrors = adapter !== undefined;
  return { ...place, follow, linePolicy, showsErrors, preset: undefined };
}

/** Settings of the ports that follow a member, by the name of that member. */
function presetsOf(members: NetworkConfig["members"]): ReadonlyMap<string, LineWish> {
  const presets = new Map<string, LineWish>();
  for (const config of Object.values(members)) {
    if (!("serial" in config) || config.follow === undefined) continue;
    const { baudRate, stopBits, flowControl } = config;
    presets.set(config.follow, { baudRate, stopBits, flowControl });
  }
  return presets;
}

function pick(options: MemberOptions): MemberOptions {
  const set = OPTION_NAMES.filter((name) => options[name] !== undefined);
  return Object.fromEntries(set.map((name) => [name, options[name]]));
}

function endpointOf(config: MemberConfig): string {
  const entries = Object.entries(config).filter(([key]) => !COMMON_NAMES.includes(key));
  const kept = entries
    .filter(([key]) => key !== "follow" && key !== "lines")
    .map(([key, value]) => [key, key in SOCKETS ? addressOf(value) : value])
    .map(([key, value]) => [key, key === "port" ? identityOf(value) : value]);
  return JSON.stringify(kept.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}

/** An adapter takes other wires while it stays plugged in. */
function identityOf(port: PortMemberConfig["port"]): unknown {
  if (typeof port === "string") return port;
  const { lines: _lines, wires: _wires, ...identity } = port;
  return identity;
}

/**
 * Members that take other options without being recreated, since their address cannot be opened
 * twice.
 */
const SOCKETS: Readonly<Partial<Record<MemberKind, true>>> = {
  tcp: true,
  unix: true,
  remote: true,
};

function addressOf(socket: {
  readonly connect?: string;
  readonly listen?: string;
  readonly tls?: unknown;
}): object {
  const { connect, listen, tls } = socket;
  return { connect, listen, isSecured: tls !== undefined };
}
