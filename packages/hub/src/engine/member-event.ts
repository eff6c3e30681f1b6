// Events of members, before it is known whose.

import type { ClusterEvent, HubEvent } from "../model/types.ts";

/** An event of a member of this hub. */
export type MemberEvent =
  Exclude<HubEvent, ClusterEvent> extends infer E
    ? E extends { readonly member: string }
      ? Omit<E, "network" | "member" | "time">
      : never
    : never;
