// One member's place in its network: what comes from it, what goes to it, and what it is like.

import { isDeepStrictEqual } from "node:util";
import type { TapSlot } from "./counts.ts";
import type { Framing } from "./framing/framing.ts";
import { Inlet } from "./inlet.ts";
import { byteTimeMs } from "./line-model.ts";
import type { Member, MemberHost } from "./members/member.ts";
import { Outlet } from "./outlet.ts";
import type { OutletListener } from "./outlet-parts.ts";
import type { MemberPlan } from "./plan.ts";
import type { Clock } from "./stall-watch.ts";
import type { HubEvent, MemberProcess, MemberSettings, MemberSnapshot } from "./types.ts";

/** An event of a member, before it is known whose. */
export type MemberEvent = HubEvent extends infer E
  ? E extends { readonly member: string }
    ? Omit<E, "network" | "member" | "time">
    : never
  : never;

/** What all stations of a hub share. */
export interface StationShared {
  readonly tap: TapSlot;
  readonly clock: Clock;
  readonly emit: (plan: MemberPlan, event: MemberEvent) => void;
}

/** The network, as a station sees it. */
export interface StationNetwork {
  /** Under `backpressure`: the station's queue is full, or has room again. */
  fullChanged(): void;
  settingsChanged(station: Station): void;
}

/** Bytes on their way to a station whose line has another rate. */
export type Alter = (to: Station, message: Uint8Array) => Uint8Array;

/** One member in its network. */
export class Station implements MemberHost {
  plan: MemberPlan;
  readonly inlet: Inlet;
  readonly outlet: Outlet;
  readonly member: Member;
  /** Who hears this member. */
  hearers: readonly Station[] = [];
  /** Changes what others hear; usually nothing does. */
  alter: Alter | undefined;
  network: StationNetwork | undefined;
  readonly #shared: StationShared;
  #settings: MemberSettings | undefined;
  #error: string | undefined;
  #stalledSince: number | undefined;

  /** @param make Makes the member; it may not call its host before the constructor is through. */
  constructor(
    plan: MemberPlan,
    { shared, framing }: { readonly shared: StationShared; readonly framing: Framing },
    make: (host: MemberHost) => Member,
  ) {
    this.plan = plan;
    this.#shared = shared;
    const { tap, clock } = shared;
    const place = { network: plan.network, member: plan.name };
    const deliver = (message: Uint8Array): void => this.#deliver(message);
    this.inlet = new Inlet({ place, tap, clock, framing, deliver });
    this.member = make(this);
    const parts = { place, tap, clock, options: plan.options, whole: framing.kind !== "raw" };
    this.outlet = new Outlet({ ...parts, listener: this.#outletListener() }, this.member);
    this.setReading(false); // until it is joined: what nobody hears yet must not be read
  }

  /** The rate of the member's line, in baud; `undefined` where there is none. */
  get baudRate(): number | undefined {
    return this.#settings?.baudRate;
  }

  onData(bytes: Uint8Array): void {
    this.inlet.take(bytes);
  }

  onWritable(): void {
    this.outlet.writable();
  }

  onPresence(present: boolean): void {
    this.#error = undefined;
    this.#emit({ type: present ? "member-open" : "member-close" });
    if (present) {
      this.outlet.arrived();
      this.network?.settingsChanged(this);
    } else {
      this.inlet.left();
      this.outlet.left();
    }
  }

  onSettings(settings: MemberSettings): void {
    if (isDeepStrictEqual(settings, this.#settings)) return;
    const isFirst = this.#settings === undefined; // what the pty was made with, nobody's wish
    this.#settings = settings;
    this.outlet.byteMs = byteTimeMs(settings);
    if (isFirst) return;
    this.#emit({ type: "settings", settings });
    this.network?.settingsChanged(this);
  }

  onLost(bytes: number): void {
    if (bytes > 0) this.outlet.lost(bytes);
  }

  onError(error: Error, willRetry: boolean): void {
    this.#error = error.message;
    this.#emit({ type: "member-error", error, willRetry });
  }

  /** Other options or another framing; the member stays as it is. */
  replan(plan: MemberPlan, framing: { readonly next: Framing; readonly isNew: boolean }): void {
    this.plan = plan;
    if (framing.isNew) this.inlet.reframe(framing.next);
    this.outlet.reconfigure(plan.options, framing.next.kind !== "raw");
  }

  /** Reads from the member, or not. */
  setReading(reading: boolean): void {
    if (this.inlet.isPaused === !reading) return;
    this.inlet.isPaused = !reading;
    this.member.setReading(reading);
  }

  /** State, as JSON. */
  snapshot(pids: readonly MemberProcess[]): MemberSnapshot {
    const { member, plan, inlet, outlet } = this;
    const { queue, stall } = outlet;
    const unread =
      member.isPresent || plan.options.whenAbsent === "keep" ? member.unreadBytes() : 0;
    return {
      name: plan.name,
      kind: plan.kind,
      role: plan.role,
      path: member.path,
      devicePath: member.devicePath,
      applicationOpen: member.isPresent,
      pids,
      settings: member.settings(),
      overflow: plan.options.overflow,
      whenAbsent: plan.options.whenAbsent,
      unreadBytes: unread + queue.bytes,
      queuedBytes: queue.bytes,
      queuedMessages: queue.messages,
      queueLimit: queue.limit,
      highWaterMark: queue.highWaterMark,
      in: { ...inlet.in },
      out: { ...outlet.out },
      dropped: { ...outlet.dropped },
      discarded: { ...outlet.discarded },
      faulted: { ...outlet.faulted },
      incomplete: { ...inlet.incomplete },
      stalled: stall.isStalled,
      stalledSince: this.#stalledSince,
      notReadForMs: Math.round(stall.waitedMs),
      stalls: outlet.stalls,
      error: this.#error,
    };
  }

  async close(): Promise<void> {
    this.hearers = [];
    this.inlet.close();
    this.outlet.close();
    await this.member.close();
  }

  #deliver(message: Uint8Array): void {
    const { hearers, alter } = this;
    for (const station of hearers) {
      station.outlet.offer(alter === undefined ? message : alter(station, message));
    }
  }

  #outletListener(): OutletListener {
    return {
      onStall: () => {
        this.#stalledSince = Date.now() - Math.round(this.outlet.stall.waitedMs);
        const { overflow } = this.plan.options;
        this.#emit({ type: "stall", queuedBytes: this.outlet.queue.bytes, overflow });
      },
      onRecover: (stalledMs, { bytes, messages }) => {
        this.#stalledSince = undefined;
        const lost = { bytesLost: bytes, messagesLost: messages };
        this.#emit({ type: "recover", stalledMs: Math.round(stalledMs), ...lost });
      },
      onDrop: (bytes) => this.#emit({ type: "drop", bytes, messages: 1 }),
      onDisconnect: (bytesLost) => this.#emit({ type: "disconnect", bytesLost }),
      onFull: () => this.network?.fullChanged(),
    };
  }

  #emit(event: MemberEvent): void {
    this.#shared.emit(this.plan, event);
  }
}
