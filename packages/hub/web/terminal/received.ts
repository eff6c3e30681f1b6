// What a terminal of a member shows. Pure.

import { receives } from "../../src/model/topology.ts";
import type { NetworkSnapshot } from "../../src/model/types.ts";
import type { MemberName } from "../parts/member-options.ts";
import type { Message } from "../traffic/traffic-log.ts";

/**
 * Returns whether a message is one that a member receives: while no application is there, one that it would.
 *
 * @param networks The state of the hub.
 */
export function isReceived(
  { network, member, direction }: Message,
  receiver: MemberName,
  networks: readonly NetworkSnapshot[],
): boolean {
  if (network !== receiver.network) return false;
  if (member === receiver.member) return direction === "out";
  if (direction !== "in") return false;
  const { members = [], topology = "bus" } = networks.find(({ name }) => name === network) ?? {};
  const from = members.find(({ name }) => name === member);
  const to = members.find(({ name }) => name === receiver.member);
  if (from === undefined || to === undefined || to.applicationOpen) return false;
  return receives(topology, to.role, from.role);
}
