// The state of a member, as JSON.

import type {
  FollowSnapshot,
  MemberProcess,
  MemberSettings,
  MemberSnapshot,
} from "../model/types.ts";
import type { Egress } from "./egress.ts";
import type { GuardedMember } from "./guarded-member.ts";
import type { Ingress } from "./ingress.ts";
import type { MemberPlan } from "./plan.ts";

/** Parts of a member whose state is shown. */
export interface SnapshotParts {
  readonly plan: MemberPlan;
  readonly member: GuardedMember;
  readonly ingress: Ingress;
  readonly egress: Egress;
  readonly settings: MemberSettings | undefined;
  readonly follows: FollowSnapshot | undefined;
  readonly stalledSince: number | undefined;
  readonly error: string | undefined;
}

/** Takes the state of a member. */
export function snapshotOf(parts: SnapshotParts, pids: readonly MemberProcess[]): MemberSnapshot {
  const { plan, member, ingress, egress } = parts;
  const { queue, stall } = egress;
  const isKept = member.isPresent || plan.options.whenAbsent === "keep";
  const unread = isKept ? member.unreadBytes() : 0;
  return {
    name: plan.name,
    kind: plan.kind,
    role: plan.role,
    path: member.path,
    devicePath: member.devicePath,
    link: member.link,
    applicationOpen: member.isPresent,
    peer: member.peer,
    clients: plan.kind === "remote" ? member.clients() : undefined,
    pids,
    settings: parts.settings,
    follows: parts.follows,
    lines: member.lines?.levels(),
    overflow: plan.options.overflow,
    whenAbsent: plan.options.whenAbsent,
    unreadBytes: unread === undefined ? null : unread + queue.bytes,
    queuedBytes: queue.bytes,
    queuedMessages: queue.messages,
    queueLimitBytes: queue.limit,
    highWaterBytes: queue.highWaterMark,
    in: { ...ingress.in },
    out: { ...egress.out },
    dropped: { ...egress.dropped },
    discarded: { ...egress.discarded },
    faulted: { ...egress.faulted },
    incomplete: { ...ingress.incomplete },
    stalled: stall.isStalled,
    stalledSince: parts.stalledSince,
    notReadForMs: Math.round(stall.waitedMs),
    stalls: egress.stalls,
    error: parts.error,
  };
}
