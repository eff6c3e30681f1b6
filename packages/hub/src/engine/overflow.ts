// The overflow policy of a member: the default by its role, and the effective policy at a given
// moment. Pure.

import type { MemberKind, MemberRole, OverflowPolicy, Topology } from "../model/types.ts";

/** Effective policy of a queue for bytes without room. */
export type QueuePolicy = Exclude<OverflowPolicy, "wait-then-drop">;

/** Where a member is, as far as the default policy depends on it. */
export interface OverflowPlace {
  readonly topology: Topology;
  readonly kind: MemberKind;
  readonly role: MemberRole;
}

/**
 * The policy of a member whose configuration names none.
 *
 * The two ends of a cable and a real port make their sender wait, as a cable with flow control
 * does. On a shared line no sender waits for an application, and none ever waits for a tap.
 */
export function defaultOverflow({ topology, kind, role }: OverflowPlace): OverflowPolicy {
  if (role === "tap") return "drop-newest";
  const isCable = topology === "pair" || topology === "tap";
  return isCable || kind === "serial" ? "wait-then-drop" : "drop-newest";
}

/**
 * The effective policy at this moment.
 *
 * @param overflow Policy of the member.
 * @param canRead A reader is there and has not stalled.
 */
export function policyNow(overflow: OverflowPolicy, canRead: boolean): QueuePolicy {
  if (overflow !== "wait-then-drop") return overflow;
  return canRead ? "backpressure" : "drop-newest";
}

/** Returns whether senders may have to wait for a reader with this policy. */
export function mayWaitFor(overflow: OverflowPolicy): boolean {
  return overflow === "backpressure" || overflow === "wait-then-drop";
}
