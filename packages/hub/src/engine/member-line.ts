// The line of one member in its network: the lines at its plug, and the settings that follow.

import { isDeepStrictEqual } from "node:util";
import { type LineSignals, type MemberLines, NO_SIGNALS } from "../model/line-levels.ts";
import type { FollowSnapshot, LinePolicy, MemberSettings } from "../model/types.ts";
import type { Egress } from "./egress.ts";
import type { GuardedLines } from "./guarded-lines.ts";
import type { GuardedMember } from "./guarded-member.ts";
import type { LineError, LineHost, LineQueue } from "./line-end.ts";
import type { LineWiring, WiredMember } from "./line-wiring.ts";
import type { MemberEvent } from "./member-event.ts";
import type { MemberPlan } from "./plan.ts";
import type { Traffic } from "./traffic.ts";

/** A member whose line it is. */
export interface LineOwner {
  readonly plan: MemberPlan;
  readonly member: GuardedMember;
  readonly egress: Pick<Egress, "discard">;
  /** Its network, once it is joined. */
  readonly network: LineNetwork | undefined;
  emit(event: MemberEvent): void;
}

/** The network, as a line sees it. */
export interface LineNetwork {
  /** Wires of the members' lines. */
  readonly wiring: LineWiring<MemberLine>;
  /** Has the ports that follow a member take settings. @returns `undefined` where none does. */
  ask(from: LineOwner, settings: MemberSettings): Promise<void> | undefined;
  /** Ports that take the settings of a member. */
  followersOf(name: string): readonly Pick<LineOwner, "member" | "egress">[];
}

/** One member's line. */
export class MemberLine implements LineHost, WiredMember {
  readonly #owner: LineOwner;
  readonly #traffic: Traffic;
  /** Levels that the member shows to the others. */
  #signals: LineSignals | undefined;
  #levels: MemberLines | undefined;
  /** Why the driver refuses the settings that the port follows. */
  #refused: string | undefined;

  constructor(owner: LineOwner, traffic: Traffic) {
    this.#owner = owner;
    this.#traffic = traffic;
  }

  get lines(): GuardedLines | undefined {
    return this.#owner.member.lines;
  }

  get signals(): LineSignals | undefined {
    return this.#signals;
  }

  get linePolicy(): LinePolicy {
    return this.#owner.plan.linePolicy;
  }

  get isPresent(): boolean {
    return this.#owner.member.isPresent;
  }

  /** The member whose settings it takes, for the status. */
  get follows(): FollowSnapshot | undefined {
    const { follow: member } = this.#owner.plan;
    return member === undefined ? undefined : { member, refused: this.#refused };
  }

  async ask(settings: MemberSettings): Promise<void> {
    await this.#owner.network?.ask(this.#owner, settings);
  }

  settingsInForce(): MemberSettings | undefined {
    for (const { member } of this.#followers) {
      const settings = member.settings();
      if (settings !== undefined) return settings;
    }
    return undefined;
  }

  onFollowed(error: Error | undefined): void {
    const { follow: of = "" } = this.#owner.plan;
    const isNews = error !== undefined && error.message !== this.#refused;
    this.#refused = error?.message;
    if (isNews) this.#owner.emit({ type: "settings-refused", of, error });
  }

  async discard(queue: LineQueue): Promise<void> {
    if (queue === "input") this.#owner.egress.discard();
    const ports = this.#followers;
    if (queue === "output") for (const { egress } of ports) egress.discard();
    await Promise.all(ports.map(({ member }) => member.discardLine(queue)));
  }

  onSignals(signals: LineSignals | undefined): Promise<unknown> | undefined {
    this.#signals = signals;
    this.levelsChanged();
    return this.#owner.network?.wiring.changed(this);
  }

  async readSignals(): Promise<LineSignals> {
    return (await this.#owner.network?.wiring.read(this)) ?? NO_SIGNALS;
  }

  onWants(): void {
    this.#owner.network?.wiring.wantsChanged();
  }

  onError(error: LineError): void {
    this.#owner.network?.wiring.error(this, error);
  }

  levelsChanged(): void {
    const levels = this.lines?.levels();
    if (levels === undefined || isDeepStrictEqual(levels, this.#levels)) return;
    this.#levels = levels;
    const { network, name: member } = this.#owner.plan;
    this.#traffic.reportLines({ network, member }, levels);
  }

  get #followers(): ReturnType<LineNetwork["followersOf"]> {
    return this.#owner.network?.followersOf(this.#owner.plan.name) ?? [];
  }
}
