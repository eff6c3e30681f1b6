// THE CONTRACT between a network and the way to its members on other hubs.

import type { MemberRole } from "../model/types.ts";
import type { MemberPlan } from "./plan.ts";

/** A member of this hub, as a link sees it. */
export interface LinkMember {
  readonly plan: MemberPlan;
  readonly member: { hangUp(): void };
  /** Current rate of its line; `undefined` where there is none. */
  rateNow(): number | undefined;
}

/** The way to the members on other hubs. Calls never throw. */
export interface NetworkLink {
  /**
   * A member of this hub sent a message.
   *
   * @param message Copied if kept.
   * @returns `true` when the members of this hub will receive it through the link, and not directly.
   */
  send(from: LinkMember, message: Uint8Array): boolean;
  /** Bytes that a member may send before it has to wait; infinite where it never does. */
  room(from: LinkMember): number;
  /** A member must not be read. */
  isFull(from: LinkMember): boolean;
}

/** Sender of a message that came through a link. */
export interface RemoteSender {
  /** As `hub/member`. */
  readonly name: string;
  readonly role: MemberRole;
  /** 0 where it has no rate. */
  readonly baudRate: number;
}
