// What is done with a member, or with many at a time.

import type { MemberRuntime } from "../engine/member-runtime.ts";
import type { MemberPlan } from "../engine/plan.ts";

/** Name of a member in its hub, as `network/member`. */
export function keyOf({ network, name }: MemberPlan): string {
  return `${network}/${name}`;
}

/** Has a member recreate files that another program removed. */
export function repair(runtime: MemberRuntime | undefined): void {
  runtime?.member.repair();
}

export async function closeAll(runtimes: Iterable<MemberRuntime>): Promise<void> {
  await Promise.all([...runtimes].map((runtime) => runtime.close()));
}
