// Networks and members of a configuration: their fields, and the rules between them.

import { misfitsOf } from "../model/topology.ts";
import type { FramingConfig, FramingKind, MemberConfig, NetworkConfig } from "../model/types.ts";
import { Claims } from "./claims.ts";
import { checkSharing } from "./cluster.ts";
import type { ConfigNode } from "./config-node.ts";
import { MEMBER_COMMON, memberKinds, NETWORK_FIELDS } from "./fields.ts";
import { createSplitter, KINDS_OF, NEEDED } from "./framing.ts";
import { FRAMING_FIELDS } from "./framing-fields.ts";
import { type Fields, listWords, object, type Reader, readFields } from "./readers.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const NAME_ALLOWED =
  "is no name: give letters, digits, _ . and -, at most 64, a letter or digit first";

/**
 * Makes the reader of `networks`.
 *
 * @param directory Folder of the configuration.
 * @returns The reader.
 */
export function networks(directory: string): Reader<Readonly<Record<string, NetworkConfig>>> {
  const kinds = memberKinds(directory);
  const read = (node: ConfigNode): Readonly<Record<string, NetworkConfig>> => {
    const claims = new Claims(directory);
    const result = readNamed(node, "network", (at, name) => {
      const add: AddClaim = (config, member) => claims.add(name, config, member);
      return readNetwork(at, fieldsOfNetwork(kinds, add));
    });
    claims.checkLoops();
    return result;
  };
  return { allowed: "a map of networks by name", read };
}

type AddClaim = (config: MemberConfig, node: ConfigNode) => void;
type Kinds = Readonly<Record<string, Fields>>;

/** Reads a map whose keys are names. */
function readNamed<T>(
  node: ConfigNode,
  what: string,
  read: (node: ConfigNode, name: string) => T | undefined,
): Record<string, T> {
  const entries = node.entries();
  if (!node.isMap) node.refuse(`a map of ${what}s by name`);
  else if (entries.length === 0) node.report(`has no ${what}: give at least one`);
  const named = entries.map(({ key, keyNode, node: at }) => {
    if (!NAME.test(key)) keyNode.report(NAME_ALLOWED, undefined, JSON.stringify(key));
    return [key, read(at, key)] as const;
  });
  const good = named.filter((one): one is readonly [string, T & {}] => one[1] !== undefined);
  return Object.fromEntries(good);
}

function fieldsOfNetwork(kinds: Kinds, addClaim: AddClaim): Fields {
  const members: Reader<Readonly<Record<string, MemberConfig>>> = {
    allowed: "a map of members by name",
    read: (node) => readNamed(node, "member", (at) => readMember(at, kinds, addClaim)),
  };
  return {
    ...NETWORK_FIELDS,
    framing: { reader: framing(), help: "" },
    members: { reader: members, help: "" },
  };
}

function readNetwork(node: ConfigNode, fields: Fields): NetworkConfig | undefined {
  const network = object<NetworkConfig>(fields, ["members"]).read(node);
  if (network?.members === undefined) return network;
  const { topology = "bus", members, shared } = network;
  const roles = Object.entries(members).map(([name, { role = "member" }]) => ({ name, role }));
  const misfits = misfitsOf(topology, roles, shared !== undefined);
  for (const { field, reason } of misfits) node.missing(field).report(reason);
  checkSharing(node, network);
  checkFollowed(node, members);
  return network;
}

/** Settings come from an application: one at an emulated port, or a client. */
function checkFollowed(node: ConfigNode, members: NetworkConfig["members"]): void {
  const hasApplication = (name: string): boolean => {
    const config = members[name];
    return config !== undefined && ("port" in config || "remote" in config);
  };
  const names = Object.keys(members).filter(hasApplication);
  const all = node.entries().find(({ key }) => key === "members")?.node;
  for (const { key, node: member } of all?.entries() ?? []) {
    const follow = member.entries().find((entry) => entry.key === "follow")?.node;
    const name = follow?.value;
    if (follow === undefined || !Object.hasOwn(members, key) || typeof name !== "string") continue;
    if (hasApplication(name)) continue;
    const known = names.length === 0 ? "" : `: ${listWords(names)}`;
    follow.refuse(`the name of a port or remote member of this network${known}`, names);
  }
}

/** Reads one member. The field that determines its kind also determines its other fields. */
function readMember(node: ConfigNode, kinds: Kinds, addClaim: AddClaim): MemberConfig | undefined {
  const keys = node.entries().map(({ key }) => key);
  const given = Object.keys(kinds).filter((kind) => keys.includes(kind));
  const [kind] = given;
  if (node.isMap && given.length > 1) {
    node.report(`has ${listWords(given)}: a member is one of them`);
    return undefined;
  }
  const fields = { ...(kind === undefined ? allFields(kinds) : kinds[kind]), ...MEMBER_COMMON };
  const member = readFields(node, fields);
  if (member === undefined) return undefined;
  if (kind === undefined) {
    node.report(`has no kind: give ${listWords(Object.keys(kinds))}`);
    return undefined;
  }
  const config = member as unknown as MemberConfig; // the fields are those of its kind
  addClaim(config, node);
  return config;
}

function allFields(kinds: Kinds): Fields {
  return Object.assign({}, ...Object.values(kinds)) as Fields; // later ones have other names
}

/** Reads a framing: its name, or a map with its parameters. */
function framing(): Reader<FramingKind | FramingConfig> {
  const { kind } = FRAMING_FIELDS;
  const parameters = object<FramingConfig>(FRAMING_FIELDS, ["kind"]);
  const read = (node: ConfigNode): FramingKind | FramingConfig | undefined => {
    if (node.isMap) return readParameters(node, parameters);
    const name = kind.reader.read(node);
    const [field] = (name && NEEDED[name]) ?? [];
    if (field === undefined) return name;
    node.report(`needs ${field}`, `write a map: { kind: ${name}, ${field}: … }`);
    return undefined;
  };
  return { allowed: `${kind.reader.allowed}, or a map`, read };
}

function readParameters(
  node: ConfigNode,
  parameters: Reader<FramingConfig>,
): FramingConfig | undefined {
  const config = parameters.read(node);
  const entries = node.entries();
  if (config?.kind === undefined) return config;
  const { kind } = config;
  const misplaced = entries.filter(({ key }) => KINDS_OF[key]?.includes(kind) === false);
  for (const { key, keyNode } of misplaced) {
    keyNode.report(`is for ${listWords(KINDS_OF[key] ?? [])}, not for ${kind}`);
  }
  const missing = (NEEDED[kind] ?? []).filter((name) => entries.every(({ key }) => key !== name));
  for (const name of missing) node.missing(name).report("is missing");
  const isRead = entries.every(({ key }) => Object.hasOwn(config, key));
  if (isRead && misplaced.length === 0 && missing.length === 0) tryFraming(node, config);
  return config;
}

/** Parameters that are good by themselves may not fit one another. */
function tryFraming(node: ConfigNode, config: FramingConfig): void {
  try {
    createSplitter({ ...config, maxMessage: (config.maxMessage ?? 1) as number }); // as it was read
  } catch (error) {
    node.report(`cannot be used: ${(error as Error).message}`);
  }
}
