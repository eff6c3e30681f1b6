// Networks and members of a configuration: their fields, and the rules between them.

import { resolve } from "node:path";
import type { FramingConfig, FramingKind, MemberConfig, NetworkConfig } from "../types.ts";
import { FRAMING_FIELDS, MEMBER_COMMON, memberKinds, NETWORK_FIELDS } from "./fields.ts";
import type { Place } from "./place.ts";
import { type Fields, listWords, object, type Reader, readFields } from "./readers.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const NAME_ALLOWED =
  "is no name: give letters, digits, _ . and -, at most 64, a letter or digit first";

/** Parameters that belong to one framing only. */
const FRAMING_OF: Readonly<Record<string, FramingKind>> = {
  delimiter: "line",
  gapMs: "idle-gap",
  lengthBytes: "length-prefix",
  byteOrder: "length-prefix",
};

/**
 * Makes the reader of `networks`.
 *
 * @param directory Folder of the configuration.
 * @returns The reader.
 */
export function networks(directory: string): Reader<Readonly<Record<string, NetworkConfig>>> {
  const read = (place: Place): Readonly<Record<string, NetworkConfig>> => {
    const claims = new Claims(directory);
    const fields = fieldsOfNetwork(directory, claims);
    return readNamed(place, "network", (at) => readNetwork(at, fields));
  };
  return { allowed: "a map of networks by name", read };
}

/** Reads a map whose keys are names. */
function readNamed<T>(
  place: Place,
  what: string,
  read: (place: Place) => T | undefined,
): Record<string, T> {
  const result: Record<string, T> = {};
  if (!place.isMap) place.refuse(`a map of ${what}s by name`);
  else if (place.entries().length === 0) place.report(`has no ${what}: give at least one`);
  for (const { key, keyPlace, place: at } of place.entries()) {
    if (!NAME.test(key)) keyPlace.report(NAME_ALLOWED, undefined, JSON.stringify(key));
    const one = read(at);
    if (one !== undefined) result[key] = one;
  }
  return result;
}

function fieldsOfNetwork(directory: string, claims: Claims): Fields {
  const kinds = memberKinds(directory);
  const members: Reader<Readonly<Record<string, MemberConfig>>> = {
    allowed: "a map of members by name",
    read: (place) => readNamed(place, "member", (at) => readMember(at, kinds, claims)),
  };
  return {
    ...NETWORK_FIELDS,
    framing: { reader: framing(), help: "" },
    members: { reader: members, help: "" },
  };
}

function readNetwork(place: Place, fields: Fields): NetworkConfig | undefined {
  const network = object<NetworkConfig>(fields, ["members"]).read(place);
  if (network?.members !== undefined) checkTopology(place, network);
  return network;
}

function checkTopology(place: Place, { topology = "bus", members }: NetworkConfig): void {
  const at = place.missing("members");
  const all = Object.entries(members);
  const taps = all.filter(([, { role }]) => role === "tap");
  const controllers = all.filter(([, { role }]) => role === "controller");
  const talkers = all.length - taps.length;
  if (topology === "pair" && talkers !== 2) {
    at.report(`has ${talkers} members that talk: a pair has two; others need role: tap`);
  }
  if (topology === "tap" && talkers < 2) at.report("has too few members: a tap listens to two");
  if (topology === "star" && controllers.length > 1) {
    at.report(`has ${controllers.length} controllers: a star has one`);
  }
  for (const [name] of topology === "star" ? [] : controllers) {
    at.missing(`${name}.role`).report("controller is for topology: star");
  }
}

/** Reads one member; which fields it may have follows from the one that tells its kind. */
function readMember(
  place: Place,
  kinds: Readonly<Record<string, Fields>>,
  claims: Claims,
): MemberConfig | undefined {
  const keys = place.entries().map(({ key }) => key);
  const given = Object.keys(kinds).filter((kind) => keys.includes(kind));
  const [kind] = given;
  if (place.isMap && given.length > 1) {
    place.report(`has ${listWords(given)}: a member is one of them`);
    return undefined;
  }
  const fields = { ...(kind === undefined ? allFields(kinds) : kinds[kind]), ...MEMBER_COMMON };
  const member = readFields(place, fields);
  if (member === undefined) return undefined;
  if (kind === undefined) {
    place.report(`does not say what it is: give ${listWords(Object.keys(kinds))}`);
    return undefined;
  }
  const config = member as unknown as MemberConfig; // the fields are those of its kind
  claims.claim(config, place);
  return config;
}

function allFields(kinds: Readonly<Record<string, Fields>>): Fields {
  return Object.assign({}, ...Object.values(kinds)) as Fields; // later ones have other names
}

/** What only one member of the whole hub can have. */
class Claims {
  readonly #directory: string;
  readonly #owners = new Map<string, string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  claim(config: MemberConfig, place: Place): void {
    if ("port" in config) this.#take(resolve(this.#directory, config.port), place.missing("port"));
    if ("serial" in config) this.#take(`serial ${config.serial}`, place.missing("serial"));
    if ("stdio" in config) this.#take("stdio", place.missing("stdio"));
  }

  #take(what: string, place: Place): void {
    const owner = this.#owners.get(what);
    if (owner === undefined) this.#owners.set(what, place.field);
    else place.report(`is already used by ${owner}`);
  }
}

/** Reads a framing: its name, or a map with its parameters. */
function framing(): Reader<FramingKind | FramingConfig> {
  const kind = FRAMING_FIELDS["kind"] as Fields[string]; // it is in the table
  const parameters = object<FramingConfig>(FRAMING_FIELDS, ["kind"]);
  const read = (place: Place): FramingKind | FramingConfig | undefined => {
    if (!place.isMap) return kind.reader.read(place) as FramingKind | undefined; // its choices
    const config = parameters.read(place);
    for (const { key, keyPlace } of place.entries()) {
      const only = FRAMING_OF[key];
      if (only !== undefined && config?.kind !== undefined && only !== config.kind) {
        keyPlace.report(`is for ${only}, not for ${config.kind}`);
      }
    }
    return config;
  };
  return { allowed: `${kind.reader.allowed}, or a map`, read };
}
