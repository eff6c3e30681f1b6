// A hub in its cluster: the transport, its name, and a link for each network that is shared.

import type { MemberEvent } from "../engine/member-event.ts";
import type { Network } from "../engine/network.ts";
import type { MemberPlan, NetworkPlan, SharingPlan } from "../engine/plan.ts";
import { Repeats } from "../engine/repeats.ts";
import type { Clock } from "../engine/stall-watch.ts";
import type { Traffic } from "../engine/traffic.ts";
import type {
  ClusterConfig,
  ClusterEvent,
  ClusterSnapshot,
  RemoteNetwork,
} from "../model/types.ts";
import { DurableLink } from "./durable-link.ts";
import { describeNetwork, readEvent, writeEvent } from "./hub-text.ts";
import type { Link, LinkChange, LinkParts, UntimedEvent } from "./link-parts.ts";
import { LiveLink } from "./live-link.ts";
import { Presence } from "./presence.ts";
import type { MakeTransport, Transport } from "./transport.ts";

/** Servers from which on a stream has copies. */
const ENOUGH_SERVERS = 3;
/** The time to the server is measured this often, in milliseconds. */
const ROUND_TRIP_MS = 5000;

/** Dependencies of a cluster. */
export interface ClusterParts {
  readonly config: ClusterConfig;
  readonly makeTransport: MakeTransport;
  readonly clock: Clock;
  readonly traffic: Traffic;
  readonly emit: (event: ClusterEvent) => void;
}

interface Shared {
  readonly plan: NetworkPlan;
  readonly network: Network;
  readonly link: Link;
  readonly stopEvents: () => void;
}

/** The connection of a hub to the others. */
export class Cluster {
  readonly #parts: ClusterParts;
  readonly #transport: Transport;
  readonly #presence: Presence;
  readonly #shared = new Map<string, Shared>();
  /** The last numbers of networks that were shared before in this start: other hubs know them. */
  readonly #lastSequences = new Map<string, number>();
  readonly #repeats = new Repeats();
  #epoch: number | undefined;
  #isTakenOver = false;
  #server: string | undefined;
  #error: string | undefined;
  #wasUp = false;
  #roundTripMs: number | undefined;
  #stopRoundTrip: (() => void) | undefined;
  #isClosed = false;

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    const { config } = parts;
    this.#transport = parts.makeTransport({
      onUp: (server) => {
        this.#server = server;
        this.#stateChanged();
      },
      onDown: () => this.#stateChanged(),
      onProblem: (error) => this.#problem(error),
    });
    const { leases } = this.#transport;
    this.#presence = new Presence(
      {
        name: config.name,
        leases,
        isUp: () => this.#transport.isUp,
        networks: () => this.#networks(),
      },
      {
        onHeld: (epoch) => this.#held(epoch),
        onLost: (isTaken) => {
          this.#isTakenOver ||= isTaken;
          this.#stateChanged();
        },
        onTaken: (holder) => {
          this.#error = `the name ${config.name} is taken: ${holder}`;
          this.#emit({ type: "cluster-name-taken", holder });
        },
        onProblem: (error) => this.#problem(error),
        onHub: (hub, isThere) => this.#onHub(hub, isThere),
      },
    );
  }

  get config(): ClusterConfig {
    return this.#parts.config;
  }

  /** Connects the networks that are shared, and no others. */
  join(networks: readonly { readonly plan: NetworkPlan; readonly network: Network }[]): void {
    const wanted = new Map(
      networks
        .filter(({ plan }) => plan.sharing !== undefined)
        .map((one) => [one.plan.name, one] as const),
    );
    for (const [name, shared] of this.#shared) {
      const next = wanted.get(name);
      if (next?.plan.sharing?.shared === shared.plan.sharing?.shared && next !== undefined)
        this.#change(name, shared, next);
      else this.#leave(name, shared);
    }
    for (const [name, { plan, network }] of wanted) {
      if (!this.#shared.has(name)) this.#add(plan, network);
    }
    this.#presence.changed();
  }

  /** Publishes an event of a member to the other hubs. */
  publish({ network, name }: MemberPlan, event: MemberEvent): void {
    if (!this.#shared.has(network)) return;
    this.#presence.changed();
    if (!this.#isUp) return;
    this.#transport.publish("event", network, Buffer.from(writeEvent(name, event)));
  }

  /** State, as JSON. */
  snapshot(): ClusterSnapshot {
    return {
      name: this.#parts.config.name,
      up: this.#isUp,
      server: this.#transport.isUp ? this.#server : undefined,
      roundTripMs: this.#isUp ? this.#roundTripMs : undefined,
      error: this.#isUp ? undefined : this.#error,
      links: [...this.#shared.values()].map(({ link }) => link.snapshot()),
      hubs: this.#presence.hubs,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopRoundTrip?.();
    for (const [name, shared] of this.#shared) this.#leave(name, shared);
    await this.#presence.close();
    await this.#transport.close();
  }

  get #isUp(): boolean {
    return this.#transport.isUp && this.#presence.isHeld;
  }

  #add(plan: NetworkPlan, network: Network): void {
    const { clock, traffic, config } = this.#parts;
    const { name, sharing } = plan;
    if (sharing === undefined) return;
    const parts: LinkParts = {
      ...this.#changeable(plan, network, sharing),
      name,
      transport: this.#transport,
      hub: config.name,
      epoch: () => this.#epoch,
      isUp: () => this.#isUp,
      clock,
      traffic,
      lastSequence: this.#lastSequences.get(name) ?? 0,
      emit: (event) =>
        event.type === "cluster-error" ? this.#problem(event.error) : this.#emit(event),
    };
    const link = sharing.shared === "live" ? new LiveLink(parts) : new DurableLink(parts);
    const stopEvents = this.#transport.subscribe("event", name, (hub, bytes) =>
      this.#onEvent(name, hub, bytes),
    );
    this.#shared.set(name, { plan, network, link, stopEvents });
    network.setLink(link);
  }

  #change(name: string, before: Shared, { plan, network }: Pick<Shared, "plan" | "network">): void {
    const { sharing, rateMismatch } = plan;
    this.#shared.set(name, { ...before, plan, network });
    const isSame =
      network === before.network &&
      rateMismatch === before.plan.rateMismatch &&
      JSON.stringify(sharing) === JSON.stringify(before.plan.sharing);
    if (isSame || sharing === undefined) return;
    if (network !== before.network) before.network.setLink(undefined);
    before.link.reconfigure(this.#changeable(plan, network, sharing));
    network.setLink(before.link);
  }

  #changeable({ rateMismatch }: NetworkPlan, network: Network, sharing: SharingPlan): LinkChange {
    const { servers } = this.#parts.config;
    const replicas = sharing.replicas ?? (servers.length >= ENOUGH_SERVERS ? 3 : 1);
    return { network, sharing: { ...sharing, replicas }, needsRates: rateMismatch !== "pass" };
  }

  #leave(name: string, { network, link, stopEvents }: Shared): void {
    this.#shared.delete(name);
    network.setLink(undefined);
    stopEvents();
    this.#lastSequences.set(name, link.lastSequence);
    link.close();
  }

  #held(epoch: number): void {
    const isNew = this.#epoch === undefined || this.#isTakenOver;
    const hadEpoch = this.#epoch !== undefined;
    if (isNew) this.#epoch = epoch;
    this.#isTakenOver = false;
    if (isNew) this.#lastSequences.clear();
    if (isNew && hadEpoch) for (const { link } of this.#shared.values()) link.onNewEpoch();
    this.#stateChanged();
  }

  #stateChanged(): void {
    if (this.#isClosed) return;
    const isUp = this.#isUp;
    if (isUp !== this.#wasUp) {
      this.#wasUp = isUp;
      this.#emit(
        isUp ? { type: "cluster-up", server: this.#server ?? "" } : { type: "cluster-down" },
      );
      if (isUp) {
        this.#error = undefined;
        this.#repeats.forget();
        this.#measure();
      }
    }
    for (const { link } of this.#shared.values()) link.onState();
    this.#presence.changed();
  }

  #measure(): void {
    this.#stopRoundTrip?.();
    this.#transport.roundTrip().then(
      (ms) => {
        this.#roundTripMs = ms;
      },
      () => undefined, // the connection is lost
    );
    this.#stopRoundTrip = this.#parts.clock.after(ROUND_TRIP_MS, () => {
      if (this.#isUp) this.#measure();
    });
  }

  #problem(error: Error): void {
    if (this.#isClosed) return;
    this.#error = error.message;
    if (this.#repeats.isNews(error)) this.#emit({ type: "cluster-error", error });
  }

  #onHub(hub: string, isThere: boolean): void {
    for (const { link } of this.#shared.values()) link.onHub(hub, isThere);
    this.#emit({ type: isThere ? "hub-open" : "hub-close", hub });
  }

  #onEvent(network: string, hub: string, bytes: Uint8Array): void {
    if (hub === this.#parts.config.name) return;
    const read = readEvent(Buffer.from(bytes).toString("utf8"));
    if (read === undefined) return;
    this.#emit({
      type: "remote",
      network,
      hub,
      member: `${hub}/${read.member}`,
      event: read.event,
    });
  }

  #networks(): readonly RemoteNetwork[] {
    return [...this.#shared.values()].map(({ plan, network }) =>
      describeNetwork(plan, network.runtimes),
    );
  }

  #emit(event: UntimedEvent): void {
    this.#parts.emit({ ...event, time: Date.now() } as ClusterEvent);
  }
}
