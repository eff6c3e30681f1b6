// The configuration that `anyserial web` writes: a network for each port, or a bus for all. Pure.

import { basename, resolve } from "node:path";
import type { HubConfig, MemberConfig, NetworkConfig, SerialMemberConfig } from "@anyserial/hub";

/** Member that stands for the page. */
const PAGE_MEMBER = "page";
const BUS = "bus";
const NAME_MAX = 60;

/** Arguments of the command. */
export interface WebPorts {
  /** Paths and addresses of real ports. */
  readonly real: readonly string[];
  /** Paths of ports to create. */
  readonly emulated: readonly string[];
  /** Line settings of the real ports. */
  readonly line: Omit<SerialMemberConfig, "serial">;
  readonly isBus: boolean;
  readonly framing: "raw" | "line";
  /** Folder from which relative paths start. */
  readonly folder: string;
  /** File of the device that stands for the page. */
  readonly device: string;
  /** Address and token file. */
  readonly listen: NonNullable<HubConfig["listen"]>;
}

/**
 * Makes the configuration.
 *
 * @param ports At least one port.
 * @returns It names every member and network by its port's file name.
 */
export function webConfig(ports: WebPorts): HubConfig {
  const { framing, device, isBus, listen } = ports;
  const members = membersOf(ports);
  const page: MemberConfig = { device };
  const network = (own: Readonly<Record<string, MemberConfig>>): NetworkConfig => ({
    topology: isBus ? "bus" : "pair",
    framing,
    members: { [PAGE_MEMBER]: page, ...own },
  });
  const networks = isBus
    ? { [BUS]: network(Object.fromEntries(members)) }
    : Object.fromEntries(members.map(([name, member]) => [name, network({ [name]: member })]));
  return { networks, listen };
}

function membersOf(ports: WebPorts): readonly (readonly [string, MemberConfig])[] {
  const { real, emulated, line, folder } = ports;
  const taken = new Set<string>([PAGE_MEMBER]);
  return [
    ...real.map(
      (path) => [nameOf(path, taken), { serial: placeOf(path, folder), ...line }] as const,
    ),
    ...emulated.map((path) => [nameOf(path, taken), { port: resolve(folder, path) }] as const),
  ];
}

/** The configuration is in another folder. Addresses and names such as COM3 stay as they are. */
function placeOf(path: string, folder: string): string {
  const isFile = path.includes("/") && !/^[a-z][a-z0-9+.-]*:\/\//i.test(path);
  return isFile ? resolve(folder, path) : path;
}

/** A name that a configuration may have, and that no other member has. */
function nameOf(path: string, taken: Set<string>): string {
  const plain = basename(path)
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, NAME_MAX);
  const stem = plain === "" ? "port" : plain;
  let name = stem;
  for (let count = 2; taken.has(name); count++) name = `${stem}-${count}`;
  taken.add(name);
  return name;
}
