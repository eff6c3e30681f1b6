// One member's place in its network: its two directions, and its state.

import { isDeepStrictEqual } from "node:util";
import type { MemberProcess, MemberSettings, MemberSnapshot } from "../model/types.ts";
import type { Altered } from "./broken-bytes.ts";
import { Egress } from "./egress.ts";
import type { EgressListener } from "./egress-parts.ts";
import type { PlannedFraming } from "./framing.ts";
import { GuardedMember } from "./guarded-member.ts";
import { Ingress } from "./ingress.ts";
import { timesOf } from "./line-model.ts";
import type { NetworkLink } from "./link.ts";
import type { Member, MemberHost, PresenceDetail, Refusal } from "./member.ts";
import type { MemberEvent } from "./member-event.ts";
import { type LineNetwork, type LineOwner, MemberLine } from "./member-line.ts";
import { snapshotOf } from "./member-snapshot.ts";
import type { MemberPauses } from "./pauses.ts";
import type { MemberPlan } from "./plan.ts";
import { Repeats } from "./repeats.ts";
import type { Clock } from "./stall-watch.ts";
import type { Traffic } from "./traffic.ts";

/** State that all runtimes of a hub share. */
export interface RuntimeShared {
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly emit: (plan: MemberPlan, event: MemberEvent) => void;
}

/** Arguments of {@link MemberRuntime}. */
export interface RuntimeParts {
  readonly shared: RuntimeShared;
  readonly framing: PlannedFraming;
  readonly pauses?: MemberPauses | undefined;
}

/** The network, as a runtime sees it. */
export interface RuntimeNetwork extends LineNetwork {
  /** Under `backpressure`: the runtime's queue is full, or has room again. */
  fullChanged(): void;
  /** The runtime sends: if a reader's queue becomes full, it resumes last. */
  onSend(runtime: MemberRuntime): void;
  /** The runtime's member came or left. */
  onPresence(runtime: MemberRuntime): void;
}

/** Changes a message on its way to each receiver. */
export type Alter = (message: Uint8Array) => (to: MemberRuntime) => Altered;

/** One member in its network. */
export class MemberRuntime implements MemberHost, LineOwner {
  plan: MemberPlan;
  readonly ingress: Ingress;
  readonly egress: Egress;
  readonly member: GuardedMember;
  readonly line: MemberLine;
  #receivers: readonly MemberRuntime[] = [];
  /** Senders may have to wait for a receiver of this member. */
  #mayWait = false;
  /** Changes bytes for the receivers; usually undefined. */
  alter: Alter | undefined;
  network: RuntimeNetwork | undefined;
  /** The way to members on other hubs; usually undefined. */
  link: NetworkLink | undefined;
  readonly #shared: RuntimeShared;
  #settings: MemberSettings | undefined;
  /** The network reads from it. */
  #isReading = false;
  /** Its bytes wait until the ports that follow it have its settings. */
  #isHeld = false;
  readonly #repeats = new Repeats();
  #error: string | undefined;
  /** The error was an event, not only a state. */
  #isErrorReported = false;
  #stalledSince: number | undefined;

  /** @param make Makes the member; it may not call its host before the constructor is through. */
  constructor(
    plan: MemberPlan,
    { shared, framing, pauses }: RuntimeParts,
    make: (host: MemberHost) => Member,
  ) {
    this.plan = plan;
    this.#shared = shared;
    const { traffic, clock } = shared;
    const place = { network: plan.network, member: plan.name };
    const deliver = this.#deliver;
    const room = (): number => this.#room();
    const onClear = (): void => this.member.setReading(true);
    this.ingress = new Ingress({ place, traffic, clock, framing, deliver, room, onClear });
    this.line = new MemberLine(this, traffic);
    this.member = new GuardedMember(make(this), this, pauses);
    const parts = { place, traffic, clock, options: plan.options, whole: framing.kind !== "raw" };
    const line = timesOf(plan, () => this.settingsNow());
    this.egress = new Egress({ ...parts, ...line, listener: this.#outletListener() }, this.member);
    this.setReading(false); // until it is joined: bytes without receivers must not be read
  }

  /** Members that receive from this one. */
  get receivers(): readonly MemberRuntime[] {
    return this.#receivers;
  }

  set receivers(receivers: readonly MemberRuntime[]) {
    this.#receivers = receivers;
    this.#mayWait = receivers.some(({ egress }) => egress.mayWait);
  }

  /** As `network/member`. */
  get name(): string {
    return `${this.plan.network}/${this.plan.name}`;
  }

  /** Its name in its network. */
  get shortName(): string {
    return this.plan.name;
  }

  /** The settings of the member's line, asked for now: a change is reported, too. */
  settingsNow(): MemberSettings | undefined {
    const settings = this.member.settings();
    if (settings !== undefined) this.onSettings(settings);
    return settings;
  }

  /**
   * The current rate of the member's line; `undefined` where there is none or no application has it
   * open.
   */
  rateNow(): number | undefined {
    return this.member.isPresent ? this.settingsNow()?.baudRate : undefined;
  }

  onData(bytes: Uint8Array): void {
    if (this.network?.followersOf(this.plan.name).length) this.settingsNow(); // of these bytes
    this.ingress.take(bytes);
  }

  onWritable(): void {
    this.egress.onWritable();
  }

  onPresence(present: boolean, detail: PresenceDetail = {}): void {
    const { peer, reason, isOneOfSeveral } = detail;
    this.#error = undefined;
    this.#isErrorReported = false;
    this.emit(present ? { type: "member-open", peer } : { type: "member-close", peer, reason });
    if (isOneOfSeveral === true) return;
    if (present) {
      this.#repeats.forget();
      this.egress.onPresent();
    } else {
      this.ingress.onAbsent();
      this.egress.onAbsent();
    }
    this.network?.onPresence(this);
  }

  onSettings(settings: MemberSettings): void {
    if (isDeepStrictEqual(settings, this.#settings)) return;
    const isFirst = this.#settings === undefined; // the initial settings of the pty, not chosen by an application
    this.#settings = settings;
    if (!isFirst) this.emit({ type: "settings", settings });
    if (!isFirst && !this.member.hasFraming) void this.network?.ask(this, settings);
  }

  onLost(bytes: number): void {
    if (bytes > 0) this.egress.onLost(bytes);
  }

  onError(error: Error, willRetry: boolean): void {
    this.#error = error.message;
    if (!this.#repeats.isNews(error)) return;
    this.#isErrorReported = true;
    this.emit({ type: "member-error", error, willRetry });
  }

  onFailure(error: unknown): void {
    this.member.fail(error);
  }

  onQueryFailed(error: Error): void {
    if (this.#repeats.isNews(error)) this.emit({ type: "member-error", error, willRetry: true });
  }

  onWorking(): void {
    this.#error = undefined;
    if (this.#isErrorReported) this.emit({ type: "member-restored" });
    this.#isErrorReported = false;
  }

  onRefused(refusal: Refusal): void {
    this.emit({ type: "refused", ...refusal });
  }

  onWarning(message: string): void {
    this.emit({ type: "warning", message });
  }

  onLinkRestored(): void {
    this.#repeats.forget();
    this.#error = undefined;
    this.#isErrorReported = false;
    this.emit({ type: "link-restored" });
  }

  /** Other options or another framing; the member stays as it is. */
  replan(
    plan: MemberPlan,
    framing: { readonly next: PlannedFraming; readonly isNew: boolean },
  ): void {
    this.plan = plan;
    if (framing.isNew) this.ingress.reframe(framing.next);
    this.egress.reconfigure(plan.options, framing.next.kind !== "raw");
    this.member.reconfigure(plan.config);
  }

  /** Reads from the member, or not. */
  setReading(reading: boolean): void {
    this.#isReading = reading;
    this.#updateReading();
  }

  /** Keeps bytes of the member back, whatever the network says. */
  holdInput(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#updateReading();
  }

  #updateReading(): void {
    const reading = this.#isReading && !this.#isHeld;
    if (this.ingress.isPaused === !reading) return;
    if (reading) {
      this.ingress.resume();
      return;
    }
    this.ingress.pause();
    this.member.setReading(false);
  }

  /** State, as JSON. */
  snapshot(pids: readonly MemberProcess[]): MemberSnapshot {
    const { member, plan, ingress, egress } = this;
    const parts = {
      plan,
      member,
      ingress,
      egress,
      settings: this.settingsNow(),
      follows: this.line.follows,
      stalledSince: this.#stalledSince,
      error: this.#error,
    };
    return snapshotOf(parts, pids);
  }

  async close(): Promise<void> {
    this.receivers = [];
    this.ingress.close();
    this.egress.close();
    await this.member.close();
  }

  /** Bytes that all receivers have room for. */
  #room(): number {
    const linkRoom = this.link?.room(this) ?? Number.POSITIVE_INFINITY;
    if (!this.#mayWait) return linkRoom;
    this.network?.onSend(this);
    return Math.min(linkRoom, ...this.#receivers.map(({ egress }) => egress.room));
  }

  readonly #deliver = (message: Uint8Array): void => {
    if (this.link?.send(this, message) === true) return;
    const altered = this.alter?.(message);
    for (const to of this.#receivers) to.egress.offer(message, altered?.(to));
  };

  #outletListener(): EgressListener {
    return {
      onStall: () => {
        this.#stalledSince = Date.now() - Math.round(this.egress.stall.waitedMs);
        const { overflow } = this.plan.options;
        this.emit({ type: "stall", queuedBytes: this.egress.queue.bytes, overflow });
      },
      onRecover: (stalledMs, { bytes, messages }) => {
        this.#stalledSince = undefined;
        const lost = { bytesLost: bytes, messagesLost: messages };
        this.emit({ type: "recover", stalledMs: Math.round(stalledMs), ...lost });
      },
      onDrop: (lost) => this.emit({ type: "drop", ...lost }),
      onDropTotal: (lost, durationMs) =>
        this.emit({ type: "drop-total", ...lost, durationMs: Math.round(durationMs) }),
      onDisconnect: (bytesLost) => this.emit({ type: "disconnect", bytesLost }),
      onFull: () => this.network?.fullChanged(),
    };
  }

  emit(event: MemberEvent): void {
    this.#shared.emit(this.plan, event);
  }
}
