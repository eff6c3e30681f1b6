// The place of a cluster in a hub. Its code is loaded when a configuration has a cluster, and not before.

import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "../cluster/cluster.ts";
import type { Transport, TransportListener } from "../cluster/transport.ts";
import { CLUSTER_FIELDS } from "../config/cluster.ts";
import { defaultsOf } from "../config/defaults.ts";
import type { MemberEvent } from "../engine/member-event.ts";
import type { Network } from "../engine/network.ts";
import type { MemberPlan, NetworkPlan } from "../engine/plan.ts";
import type { Clock } from "../engine/stall-watch.ts";
import type { Traffic } from "../engine/traffic.ts";
import type { ClusterConfig, ClusterSnapshot, HubEvent } from "../model/types.ts";
import { errorOf } from "../process/error-of.ts";

/** A cluster section with its prefix. */
export type PlannedCluster = ClusterConfig & { readonly prefix: string };

/** Makes the connection of a hub to others. */
export type MakeClusterTransport = (
  config: PlannedCluster,
  directory: string,
  listener: TransportListener,
) => Transport;

/** Dependencies of the cluster. */
export interface ClusterSlotParts {
  readonly clock: Clock;
  readonly traffic: Traffic;
  readonly directory: string;
  readonly emit: (event: HubEvent) => void;
}

/** Holds the cluster of a hub, if there is one. */
export class ClusterSlot {
  readonly #parts: ClusterSlotParts;
  readonly #makeTransport: MakeClusterTransport | undefined;
  #cluster: Cluster | undefined;
  #isClosed = false;

  /** @param makeTransport By default over NATS. */
  constructor(parts: ClusterSlotParts, makeTransport: MakeClusterTransport | undefined) {
    this.#parts = parts;
    this.#makeTransport = makeTransport;
  }

  /** Applies a configuration; a failure is reported, and nothing is shared then. */
  async apply(
    config: ClusterConfig | undefined,
    plans: readonly NetworkPlan[],
    networks: ReadonlyMap<string, Network>,
  ): Promise<void> {
    if (this.#cluster !== undefined && !isDeepStrictEqual(this.#cluster.config, planOf(config))) {
      const before = this.#cluster;
      this.#cluster = undefined;
      await before.close();
    }
    if (config === undefined) return;
    try {
      this.#cluster ??= await this.#create(planOf(config) as PlannedCluster);
    } catch (error) {
      this.#parts.emit({ type: "error", time: Date.now(), error: errorOf(error) });
      return;
    }
    if (this.#isClosed) return this.close();
    this.#cluster.join(
      plans.flatMap((plan) => {
        const network = networks.get(plan.name);
        return network === undefined ? [] : [{ plan, network }];
      }),
    );
  }

  /** Publishes an event of a member to the other hubs. */
  publish(plan: MemberPlan, event: MemberEvent): void {
    this.#cluster?.publish(plan, event);
  }

  snapshot(): ClusterSnapshot | undefined {
    return this.#cluster?.snapshot();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#cluster?.close();
    this.#cluster = undefined;
  }

  async #create(config: PlannedCluster): Promise<Cluster> {
    const { directory, emit, clock, traffic } = this.#parts;
    const { Cluster: Made } = await import("../cluster/cluster.ts");
    const make =
      this.#makeTransport ?? (await import("../cluster/nats/transport.ts")).natsTransport;
    const makeTransport = (listener: TransportListener): Transport =>
      make(config, directory, listener);
    return new Made({ config, makeTransport, clock, traffic, emit });
  }
}

const { prefix: PREFIX } = defaultsOf<ClusterConfig>(CLUSTER_FIELDS);

function planOf(config: ClusterConfig | undefined): PlannedCluster | undefined {
  return config && { ...config, prefix: config.prefix ?? PREFIX };
}
