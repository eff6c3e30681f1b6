// The hub: owns networks and the paths of their members; starts, reloads, tells, stops.

import { resolve } from "node:path";
import { TapSlot } from "./counts.ts";
import { type Claims, createStation, type Surroundings } from "./create-member.ts";
import { PtyPortMember } from "./members/pty-port.ts";
import { Network } from "./network.ts";
import { type MemberPlan, type NetworkPlan, planHub, wrongField } from "./plan.ts";
import { findHolders } from "./presence.ts";
import { systemClock } from "./stall-watch.ts";
import type { MemberEvent, Station } from "./station.ts";
import type {
  Hub,
  HubConfig,
  HubEvent,
  HubOptions,
  HubSnapshot,
  MemberProcess,
  ReloadReport,
  TrafficTap,
} from "./types.ts";

/**
 * Starts a hub.
 *
 * @param config Networks and their members.
 * @param options Where relative paths start, and who hears events from the first one on.
 * @returns The running hub; it keeps the process alive until `close()`.
 * @throws `ConfigurationError` — the configuration is wrong, or a path cannot be used.
 * @throws `PortBusyError` `ERR_HUB_LOCKED` — another hub has one of the paths.
 * @throws `PortBusyError` `EEXIST` — something that is no link of a hub is at one of the paths.
 * @throws `SerialError` `EMFILE`, … — the system has no ptys or descriptors left.
 * @example
 * ```ts
 * import { createHub } from "@anyserial/hub";
 *
 * await using hub = await createHub({
 *   networks: {
 *     plant: { members: { meter: { port: "/tmp/meter" }, logger: { port: "/tmp/logger" } } },
 *   },
 * });
 * console.log(hub.snapshot().networks);
 * ```
 */
export async function createHub(config: HubConfig, options: HubOptions = {}): Promise<Hub> {
  const hub = new RunningHub(options);
  try {
    await hub.apply(config);
  } catch (error) {
    await hub.close();
    throw error;
  }
  return hub;
}

/** A reload in the making. */
interface Change {
  readonly plans: readonly NetworkPlan[];
  /** Stations made for it, by key. */
  readonly fresh: Map<string, Station>;
  readonly report: { [K in keyof ReloadReport]: string[] };
}

class RunningHub implements Hub {
  readonly #startedAt = Date.now();
  readonly #listeners = new Set<(event: HubEvent) => void>();
  readonly #tap = new TapSlot();
  readonly #claims: Claims = new Map();
  readonly #networks = new Map<string, Network>();
  readonly #stations = new Map<string, Station>();
  readonly #around: Surroundings;
  #config: HubConfig = { networks: {} };
  #changing: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #holders: Map<string, MemberProcess[]> | undefined;
  /** Whoever calls process.exit() leaves no links. */
  readonly #onExit = (): void => this.#releaseClaims(() => true);

  constructor({ directory = ".", onEvent }: HubOptions) {
    if (onEvent !== undefined) this.#listeners.add(onEvent);
    const emit = (plan: MemberPlan, event: MemberEvent): void => this.#emitFor(plan, event);
    const shared = { tap: this.#tap, clock: systemClock, emit };
    this.#around = { shared, directory: resolve(directory), claims: this.#claims };
    process.on("exit", this.#onExit);
  }

  get config(): HubConfig {
    return this.#config;
  }

  snapshot(): HubSnapshot {
    const now = Date.now();
    const holders = this.#findHolders();
    const pidsOf = ({ member }: Station): readonly MemberProcess[] =>
      holders.get(member.devicePath ?? "") ?? [];
    return {
      pid: process.pid,
      startedAt: this.#startedAt,
      uptimeMs: now - this.#startedAt,
      networks: [...this.#networks.values()].map((network) => network.snapshot(pidsOf)),
    };
  }

  onEvent(listener: (event: HubEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setTap(tap: TrafficTap | undefined): void {
    this.#tap.set(tap);
  }

  async inject(network: string, member: string, bytes: Uint8Array): Promise<void> {
    const station = this.#stations.get(`${network}/${member}`);
    if (station === undefined) {
      throw wrongField("member", `${network}/${member}`, "a member of this hub");
    }
    await station.inlet.give(bytes);
  }

  async reload(config: HubConfig): Promise<ReloadReport> {
    const report = await this.apply(config);
    this.#emit({ type: "reload", time: Date.now(), ...report });
    return report;
  }

  /** Applies a configuration; one after the other. */
  apply(config: HubConfig): Promise<ReloadReport> {
    const result = this.#changing.then(() => this.#apply(config));
    this.#changing = result.catch(() => undefined);
    return result;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #apply(config: HubConfig): Promise<ReloadReport> {
    if (this.#closing !== undefined) throw wrongField("hub", "a closed hub", "a running one");
    const plans = planHub(config);
    const report = { added: [], removed: [], replaced: [], kept: [] };
    const change: Change = { plans, fresh: new Map(), report };
    const claimed = new Set(this.#claims.keys());
    try {
      await this.#build(change);
      for (const key of change.report.added) change.fresh.get(key)?.member.publish?.();
    } catch (error) {
      await closeAll(change.fresh.values());
      this.#releaseClaims((path) => !claimed.has(path));
      throw error;
    }
    await this.#commit(change);
    this.#config = config;
    return change.report;
  }

  /** Makes what is new; nothing that runs is touched. */
  async #build({ plans, fresh, report }: Change): Promise<void> {
    for (const { framing, members } of plans) {
      for (const plan of members) {
        const key = keyOf(plan);
        const present = this.#stations.get(key);
        if (present?.plan.endpoint === plan.endpoint) {
          report.kept.push(key);
          continue;
        }
        fresh.set(key, await createStation(plan, framing, this.#around));
        (present === undefined ? report.added : report.replaced).push(key);
      }
    }
    const planned = new Set([...report.kept, ...fresh.keys()]);
    report.removed.push(...[...this.#stations.keys()].filter((key) => !planned.has(key)));
  }

  /** From here on nothing fails: what goes wrong is told. */
  async #commit({ plans, fresh, report }: Change): Promise<void> {
    const leaving = [...report.removed, ...report.replaced].map((key) => {
      const station = this.#stations.get(key) as Station;
      this.#stations.delete(key);
      return station;
    });
    for (const [key, station] of fresh) this.#stations.set(key, station);
    for (const plan of plans) this.#join(plan);
    for (const [name, network] of this.#networks) {
      if (plans.some((plan) => plan.name === name)) continue;
      network.join(
        { name, topology: "bus", framing: network.framing, rateMismatch: "pass", members: [] },
        [],
      );
      this.#networks.delete(name);
    }
    for (const key of report.replaced) this.#attempt(() => fresh.get(key)?.member.publish?.());
    for (const key of report.kept) this.#attempt(() => repair(this.#stations.get(key)));
    await closeAll(leaving);
    const used = new Set([...this.#stations.values()].map(({ member }) => member.path));
    this.#releaseClaims((path) => !used.has(path));
  }

  #join(plan: NetworkPlan): void {
    let network = this.#networks.get(plan.name);
    const framingBefore = network?.framing;
    if (network === undefined) {
      network = new Network(plan, (station, event) => this.#emitFor(station.plan, event));
      this.#networks.set(plan.name, network);
    }
    const isNew = JSON.stringify(framingBefore) !== JSON.stringify(plan.framing);
    const stations = plan.members.map((member) => {
      const station = this.#stations.get(keyOf(member)) as Station;
      const isKept = network.stations.includes(station);
      if (isKept) station.replan(member, { next: plan.framing, isNew });
      return station;
    });
    network.join(plan, stations);
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#emit({ type: "error", time: Date.now(), error: error as Error });
    }
  }

  async #close(): Promise<void> {
    const stations = [...this.#stations.values()];
    this.#stations.clear();
    await this.#changing;
    await closeAll([...stations, ...this.#stations.values()]);
    this.#releaseClaims(() => true);
    process.removeListener("exit", this.#onExit);
    this.#listeners.clear();
    this.#networks.clear();
  }

  #releaseClaims(isUnused: (path: string) => boolean): void {
    for (const [path, claim] of this.#claims) {
      if (!isUnused(path)) continue;
      this.#claims.delete(path);
      claim.release();
    }
  }

  /** Looked up again only when somebody came or left. */
  #findHolders(): Map<string, MemberProcess[]> {
    if (this.#holders === undefined) {
      const open = [...this.#stations.values()].filter(({ member }) => member.isPresent);
      const devices = open.flatMap(({ member }) => member.devicePath ?? []);
      this.#holders = findHolders(new Set(devices));
    }
    return this.#holders;
  }

  #emitFor({ network, name }: MemberPlan, event: MemberEvent): void {
    if (event.type === "member-open" || event.type === "member-close") this.#holders = undefined;
    this.#emit({ ...event, network, member: name, time: Date.now() } as HubEvent);
  }

  #emit(event: HubEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function keyOf({ network, name }: MemberPlan): string {
  return `${network}/${name}`;
}

function repair(station: Station | undefined): void {
  if (station?.member instanceof PtyPortMember) station.member.repair();
}

async function closeAll(stations: Iterable<Station>): Promise<void> {
  await Promise.all([...stations].map((station) => station.close()));
}
