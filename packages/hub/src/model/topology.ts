// The receivers of each member, by topology: pure.

import type { MemberRole, Topology } from "./types.ts";

/** Fields of a member that the topology needs. */
export interface TopologyMember {
  readonly name: string;
  readonly role: MemberRole;
}

/** Why members do not fit a topology. */
export interface Misfit {
  /** Where, below the network: `members`, or `members.NAME.role`. */
  readonly field: string;
  readonly reason: string;
}

/**
 * Lists the receivers of each member.
 *
 * @param topology How the network is laid out.
 * @param members Members with their roles, as {@link rolesOf} returns them.
 * @returns For each member, the indexes of its receivers; a tap sends to no member.
 */
export function receiversOf(
  topology: Topology,
  members: readonly TopologyMember[],
): readonly number[][] {
  return members.map((from, at) =>
    members.flatMap((to, index) =>
      index !== at && receives(topology, to.role, from.role) ? [index] : [],
    ),
  );
}

/**
 * Returns whether one member receives the bytes of another one, on this hub or elsewhere.
 *
 * @param topology How the network is laid out.
 * @param to Role of the receiver.
 * @param from Role of the sender.
 */
export function receives(topology: Topology, to: MemberRole, from: MemberRole): boolean {
  if (from === "tap") return false;
  if (to === "tap" || topology !== "star") return true;
  return to === "controller" || from === "controller";
}

/**
 * Lists the role of each member, where the topology determines it.
 *
 * @param topology How the network is laid out.
 * @param members Members, in the order of the configuration.
 * @param isShared Other hubs have members, too: the controller may be one of them.
 */
export function rolesOf(
  topology: Topology,
  members: readonly TopologyMember[],
  isShared = false,
): readonly MemberRole[] {
  const roles = members.map(({ role }) => role);
  const talkers = members.flatMap(({ role }, index) => (role === "tap" ? [] : [index]));
  if (topology === "tap") for (const index of talkers.slice(2)) roles[index] = "tap";
  if (topology === "star" && !isShared && !roles.includes("controller")) {
    const [first] = talkers;
    if (first !== undefined) roles[first] = "controller";
  }
  return roles;
}

/**
 * Checks that members fit a topology.
 *
 * @param topology How the network is laid out.
 * @param members Members.
 * @param isShared Other hubs have members, too.
 * @returns The problems; empty if they fit.
 */
export function misfitsOf(
  topology: Topology,
  members: readonly TopologyMember[],
  isShared = false,
): readonly Misfit[] {
  const talkers = members.filter(({ role }) => role !== "tap").length;
  const controllers = members.filter(({ role }) => role === "controller");
  const field = "members";
  if (topology === "pair" && isShared && talkers > 2) {
    const reason = `has ${talkers} members that are no taps: a pair has two, on all hubs together`;
    return [{ field, reason }];
  }
  if (topology === "tap" && isShared) {
    const reason =
      "tap has no first two members over several hubs: give pair, and role: tap to others";
    return [{ field: "topology", reason }];
  }
  if (topology === "pair" && !isShared && talkers !== 2) {
    const reason = `has ${talkers} members that are no taps: a pair has two; others need role: tap`;
    return [{ field, reason }];
  }
  if (topology === "tap" && talkers < 2) {
    return [{ field, reason: "has too few members: a tap receives from two" }];
  }
  if (topology === "star" && controllers.length > 1) {
    return [{ field, reason: `has ${controllers.length} controllers: a star has one` }];
  }
  if (topology === "star") return [];
  const reason = "controller is for topology: star";
  return controllers.map(({ name }) => ({ field: `members.${name}.role`, reason }));
}
