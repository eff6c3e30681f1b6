// Who hears whom: pure.

import type { MemberRole, Topology } from "./types.ts";

/** What the topology needs to know of a member. */
export interface Seat {
  readonly name: string;
  readonly role: MemberRole;
}

/** Why members do not fit a topology: what is wrong, and what was expected. */
export interface Misfit {
  readonly got: string;
  readonly expected: string;
}

/**
 * Tells who hears each member.
 *
 * @param topology How the network is laid out.
 * @param seats Members, in the order of the configuration.
 * @returns For each seat, the indexes of those that hear it; a tap is heard by nobody.
 */
export function hearersOf(topology: Topology, seats: readonly Seat[]): readonly number[][] {
  const roles = rolesOf(topology, seats);
  const hub = topology === "star" ? roles.indexOf("controller") : -1;
  const hears = (to: number, from: number): boolean => {
    if (to === from || roles[from] === "tap") return false;
    if (roles[to] === "tap" || hub === -1) return true;
    return to === hub || from === hub;
  };
  const all = seats.map((_, index) => index);
  return all.map((from) => all.filter((to) => hears(to, from)));
}

/**
 * Tells what each member is, where the topology has a say.
 *
 * @param topology How the network is laid out.
 * @param seats Members, in the order of the configuration.
 */
export function rolesOf(topology: Topology, seats: readonly Seat[]): readonly MemberRole[] {
  const roles = seats.map(({ role }) => role);
  const talkers = seats.flatMap(({ role }, index) => (role === "tap" ? [] : [index]));
  if (topology === "tap") for (const index of talkers.slice(2)) roles[index] = "tap";
  if (topology === "star" && !roles.includes("controller")) {
    const [first] = talkers;
    if (first !== undefined) roles[first] = "controller";
  }
  return roles;
}

/**
 * Checks that members fit a topology.
 *
 * @returns What is wrong, or `undefined`.
 */
export function misfitOf(topology: Topology, seats: readonly Seat[]): Misfit | undefined {
  const talkers = seats.filter(({ role }) => role !== "tap").length;
  const controllers = seats.filter(({ role }) => role === "controller").length;
  if (topology === "pair" && talkers > 2) {
    return { got: `${talkers} members`, expected: "at most two members whose role is not tap" };
  }
  if (topology !== "star" && controllers > 0) {
    return { got: `a controller in a ${topology}`, expected: "a controller only in a star" };
  }
  if (controllers > 1) {
    return { got: `${controllers} controllers`, expected: "at most one controller" };
  }
  return undefined;
}
