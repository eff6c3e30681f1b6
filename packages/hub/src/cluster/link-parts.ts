// Common parts of the links of a hub: their dependencies, their state, and the way into the network.

import { count, createCounts, type MutableCounts } from "../engine/counts.ts";
import type { LinkMember, NetworkLink } from "../engine/link.ts";
import { LossReport } from "../engine/loss-report.ts";
import type { Network } from "../engine/network.ts";
import type { SharingPlan } from "../engine/plan.ts";
import type { Clock } from "../engine/stall-watch.ts";
import type { Traffic } from "../engine/traffic.ts";
import type { ClusterEvent, LinkSnapshot } from "../model/types.ts";
import type { InboxListener } from "./inbox.ts";
import type { StreamSettings, Transport } from "./transport.ts";
import type { WireMessage } from "./wire.ts";

/** An event without its time. */
export type UntimedEvent = ClusterEvent extends infer E
  ? E extends ClusterEvent
    ? Omit<E, "time">
    : never
  : never;

/** Dependencies of a link. */
export interface LinkParts {
  readonly name: string;
  readonly sharing: SharingPlan;
  readonly network: Network;
  readonly transport: Transport;
  /** Name of this hub. */
  readonly hub: string;
  /** Number of this start; `undefined` until the hub has its name. */
  readonly epoch: () => number | undefined;
  /** The name is held and the transport is up. */
  readonly isUp: () => boolean;
  /** The rates of both ends matter. */
  readonly needsRates: boolean;
  readonly clock: Clock;
  readonly traffic: Traffic;
  readonly emit: (event: UntimedEvent) => void;
  /** The last number that a former link of the network used since the hub started; the numbers go on. */
  readonly lastSequence: number;
}

/** The part of a link that a reload may change. */
export type LinkChange = Pick<LinkParts, "network" | "sharing" | "needsRates">;

/** A shared network's way to the other hubs. */
export interface Link extends NetworkLink {
  /** It is up again, or down. */
  onState(): void;
  /** Another hub came, or is gone. */
  onHub(hub: string, isThere: boolean): void;
  /** The name was another hub's for a while: numbers begin again. */
  onNewEpoch(): void;
  /** The configuration changed; the way to share is the same. */
  reconfigure(change: LinkChange): void;
  /** The last number in use. */
  readonly lastSequence: number;
  snapshot(): LinkSnapshot;
  close(): void;
}

/** Counts of messages that leave this hub. */
export class Outbound {
  readonly out: MutableCounts = createCounts();
  readonly dropped: MutableCounts = createCounts();
  readonly #losses: LossReport;

  constructor({ name, clock, emit }: LinkParts) {
    this.#losses = new LossReport(clock, {
      onFirst: () => undefined,
      onTotal: (lost, durationMs) =>
        emit({ type: "link-drop", network: name, ...lost, durationMs: Math.round(durationMs) }),
      isHeldUp: () => false,
    });
  }

  sent(bytes: number): void {
    count(this.out, bytes);
  }

  /** A message of this hub will not reach the others. */
  lose(bytes: number): void {
    count(this.dropped, bytes);
    this.#losses.add(bytes);
  }

  close(): void {
    this.#losses.end();
  }
}

/** The message of a member, ready to be encoded. */
export type Unnumbered = Omit<WireMessage, "epoch" | "sequence" | "skipped">;

/** Describes a message of a member; its payload is not copied. */
export function describe(from: LinkMember, payload: Uint8Array, needsRates: boolean): Unnumbered {
  const { name: member, role } = from.plan;
  const baudRate = needsRates ? (from.rateNow() ?? 0) : 0;
  return { kind: "data", member, role, baudRate, payload };
}

/** Passes a message of another hub on to the members of this one. */
export function deliver(
  { network, name, traffic, hub: own }: LinkParts,
  hub: string,
  message: WireMessage,
): void {
  const { member, role, baudRate, payload } = message;
  const sender =
    hub === own ? network.runtimes.find(({ plan }) => plan.name === member) : undefined;
  const remoteName = `${hub}/${member}`;
  if (traffic.isOn && hub !== own) {
    traffic.report({ network: name, member: remoteName }, "in", payload);
  }
  network.receive({ name: remoteName, role, baudRate }, payload, sender);
}

/** Passes messages of other hubs on, and reports what is missing. */
export function listenWith(
  { name: network, emit }: LinkParts,
  onMessage: InboxListener["onMessage"],
): InboxListener {
  return {
    onMessage,
    onGap: (hub, gap) =>
      emit({ type: "gap", network, hub, messages: gap.to - gap.from + 1, ...gap }),
    onRestart: (hub, lastSequence) => emit({ type: "hub-restart", network, hub, lastSequence }),
  };
}

/** How the stream of a network keeps its messages. */
export function settingsOf({ sharing }: LinkParts): StreamSettings {
  const { retainMs: maxAgeMs, retainBytes: maxBytes, replicas = 1, storage } = sharing;
  return { maxAgeMs, maxBytes, replicas, storage };
}
