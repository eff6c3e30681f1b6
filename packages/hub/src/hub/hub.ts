// The hub: owns networks and the paths of their members; applies configurations, reports, stops.

import { once } from "node:events";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Mutex } from "anyserial/internal";
import { checkBytes, checkLineRequest } from "../arguments/checks.ts";
import { validateHubConfig } from "../config/validate.ts";
import type { MemberEvent } from "../engine/member-event.ts";
import type { MemberRuntime } from "../engine/member-runtime.ts";
import { Network } from "../engine/network.ts";
import { type MemberPlan, type NetworkPlan, planHub } from "../engine/plan.ts";
import { systemClock } from "../engine/stall-watch.ts";
import { Traffic } from "../engine/traffic.ts";
import { type Claims, createRuntime, type MemberContext } from "../members/create-member.ts";
import type {
  Hub,
  HubConfig,
  HubEvent,
  HubListeners,
  HubOptions,
  HubSnapshot,
  LineRequest,
  MemberProcess,
  ReloadReport,
  Unsubscribe,
} from "../model/types.ts";
import { checkHubOptions, checkSubscription, closedError, noSuchMember } from "./check-options.ts";
import { ClusterSlot, type MakeClusterTransport } from "./cluster-slot.ts";
import { Listeners, unsubscribeBy } from "./listeners.ts";
import { Holders } from "./presence.ts";
import { onRefusedWatch } from "./refused-watches.ts";
import { closeAll, keyOf, repair } from "./runtimes.ts";

/** Where a test comes between the hub and the system. */
export interface Seams
  extends Pick<MemberContext, "createPty" | "createAdapter" | "pauses" | "serialOpener" | "wrap"> {
  /** Finds who has a device open; by default in /proc. */
  readonly holders?: Pick<Holders, "of" | "invalidate">;
  /** Makes the connection to other hubs; by default over NATS. */
  readonly makeTransport?: MakeClusterTransport;
}

/** A reload in the making. */
interface Change {
  readonly plans: readonly NetworkPlan[];
  /** Stations made for it, by key. */
  readonly fresh: Map<string, MemberRuntime>;
  readonly report: { [K in keyof ReloadReport]: string[] };
}

export class RunningHub implements Hub {
  readonly #startedAt = Date.now();
  readonly #listeners = new Listeners();
  readonly #traffic = new Traffic();
  readonly #claims: Claims = new Map();
  readonly #networks = new Map<string, Network>();
  readonly #runtimes = new Map<string, MemberRuntime>();
  readonly #around: MemberContext;
  #config: HubConfig = { networks: {} };
  readonly #changes = new Mutex();
  #closing: Promise<void> | undefined;
  readonly #ending = new AbortController();
  readonly #holders: Pick<Holders, "of" | "invalidate">;
  readonly #cluster: ClusterSlot;
  readonly #ignoreRefusedWatches = onRefusedWatch((error) =>
    this.#emit({ type: "error", time: Date.now(), error }),
  );

  constructor(options: HubOptions, seams: Seams) {
    checkHubOptions(options);
    const { directory = ".", onEvent } = options;
    if (onEvent !== undefined) this.#listeners.add(onEvent);
    const emit = (plan: MemberPlan, event: MemberEvent): void => this.#emitFor(plan, event);
    const shared = { traffic: this.#traffic, clock: systemClock, emit };
    this.#holders = seams.holders ?? new Holders();
    this.#around = { ...seams, shared, directory: resolve(directory), claims: this.#claims };
    const parts = { ...shared, directory: this.#around.directory, emit: this.#emit.bind(this) };
    this.#cluster = new ClusterSlot(parts, seams.makeTransport);
  }

  get config(): HubConfig {
    return this.#config;
  }

  snapshot(): HubSnapshot {
    const now = Date.now();
    const open = [...this.#runtimes.values()].filter(({ member }) => member.isPresent);
    const holders = this.#holders.of(open.flatMap(({ member }) => member.devicePath ?? []));
    const pidsOf = ({ member }: MemberRuntime): readonly MemberProcess[] =>
      holders.get(member.devicePath ?? "") ?? [];
    return {
      pid: process.pid,
      startedAt: this.#startedAt,
      uptimeMs: now - this.#startedAt,
      networks: [...this.#networks.values()].map((network) => network.snapshot(pidsOf)),
      cluster: this.#cluster.snapshot(),
    };
  }

  on<T extends keyof HubListeners>(type: T, listener: HubListeners[T]): Unsubscribe {
    checkSubscription(type, listener);
    const add: { readonly [K in keyof HubListeners]: (one: HubListeners[K]) => () => void } = {
      event: (one) => this.#listeners.add(one),
      traffic: (one) => this.#traffic.add(one),
      lines: (one) => this.#traffic.addLines(one),
    };
    return unsubscribeBy(add[type](listener));
  }

  async inject(network: string, member: string, bytes: Uint8Array): Promise<void> {
    await this.#runtimeOf(network, member).ingress.give(checkBytes(bytes));
  }

  async setControlLines(network: string, member: string, lines: LineRequest): Promise<void> {
    checkLineRequest(lines);
    await this.#runtimeOf(network, member).member.setControlLines(lines);
  }

  #runtimeOf(network: string, member: string): MemberRuntime {
    const name = `${network}/${member}`;
    const runtime = this.#runtimes.get(name);
    if (runtime === undefined) throw noSuchMember(name, this.#runtimes.keys());
    return runtime;
  }

  async reload(config: HubConfig): Promise<ReloadReport> {
    const report = await this.apply(config);
    this.#emit({ type: "reload", time: Date.now(), ...report });
    return report;
  }

  /** Applies a configuration; one after the other. */
  async apply(config: HubConfig): Promise<ReloadReport> {
    return await this.#changes.run(() => this.#apply(config));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #apply(config: HubConfig): Promise<ReloadReport> {
    this.#checkRuns();
    const valid = validateHubConfig(config, this.#around.directory);
    const plans = planHub(valid);
    const report = { added: [], removed: [], replaced: [], changed: [], kept: [] };
    const change: Change = { plans, fresh: new Map(), report };
    const claimed = new Set(this.#claims.keys());
    try {
      await this.#build(change);
      this.#checkRuns();
      for (const key of change.report.added) change.fresh.get(key)?.member.publish();
    } catch (error) {
      await closeAll(change.fresh.values());
      this.#releaseClaims((path) => !claimed.has(path));
      throw error;
    }
    await this.#commit(change);
    await this.#cluster.apply(valid.cluster, plans, this.#networks);
    this.#config = valid;
    return change.report;
  }

  /** Creates new members; running ones stay unchanged. */
  async #build({ plans, fresh, report }: Change): Promise<void> {
    for (const network of plans) {
      const { framing, members } = network;
      const isSameNetwork = this.#networks.get(network.name)?.isLike(network) === true;
      for (const plan of members) {
        const key = keyOf(plan);
        const present = this.#runtimes.get(key);
        if (present?.plan.endpoint === plan.endpoint) {
          const isSame = isSameNetwork && isDeepStrictEqual(present.plan, plan);
          (isSame ? report.kept : report.changed).push(key);
          continue;
        }
        const isReplacement = present !== undefined;
        const made = createRuntime({ plan, framing, isReplacement }, this.#around);
        fresh.set(key, await this.#unlessClosed(made));
        (present === undefined ? report.added : report.replaced).push(key);
      }
    }
    const planned = new Set([...report.kept, ...report.changed, ...fresh.keys()]);
    report.removed.push(...[...this.#runtimes.keys()].filter((key) => !planned.has(key)));
  }

  /** A member that takes its time to be made, a device for one, does not hold up the end. */
  async #unlessClosed(made: Promise<MemberRuntime>): Promise<MemberRuntime> {
    const { signal } = this.#ending;
    const closed = new AbortController();
    const ended = once(signal, "abort", { signal: closed.signal }).then(() => this.#checkRuns());
    ended.catch(() => undefined); // when it was made in time, or could not be
    try {
      await Promise.race([made, ended]);
      this.#checkRuns();
      return await made;
    } catch (error) {
      made.then((runtime) => runtime.close()).catch(() => undefined);
      throw error;
    } finally {
      closed.abort();
    }
  }

  #checkRuns(): void {
    if (this.#ending.signal.aborted) throw closedError();
  }

  /** From here on errors are reported, not thrown. */
  async #commit({ plans, fresh, report }: Change): Promise<void> {
    const leaving = [...report.removed, ...report.replaced].map((key) => {
      const runtime = this.#runtimes.get(key) as MemberRuntime;
      this.#runtimes.delete(key);
      return runtime;
    });
    for (const [key, runtime] of fresh) this.#runtimes.set(key, runtime);
    for (const plan of plans) this.#join(plan);
    for (const [name, network] of this.#networks) {
      if (plans.some((plan) => plan.name === name)) continue;
      network.join(
        { name, topology: "bus", framing: network.framing, rateMismatch: "pass", members: [] },
        [],
      );
      this.#networks.delete(name);
    }
    for (const key of report.replaced) this.#attempt(() => fresh.get(key)?.member.publish());
    for (const key of [...report.kept, ...report.changed])
      this.#attempt(() => repair(this.#runtimes.get(key)));
    await closeAll(leaving);
    const used = new Set([...this.#runtimes.values()].map(({ member }) => member.path));
    this.#releaseClaims((path) => !used.has(path));
  }

  #join(plan: NetworkPlan): void {
    let network = this.#networks.get(plan.name);
    const framingBefore = network?.framing;
    if (network === undefined) {
      network = new Network(plan, (runtime, event) => this.#emitFor(runtime.plan, event));
      this.#networks.set(plan.name, network);
    }
    const isNew = JSON.stringify(framingBefore) !== JSON.stringify(plan.framing);
    const runtimes = plan.members.map((member) => {
      const runtime = this.#runtimes.get(keyOf(member)) as MemberRuntime;
      const isKept = network.runtimes.includes(runtime);
      if (isKept) runtime.replan(member, { next: plan.framing, isNew });
      return runtime;
    });
    network.join(plan, runtimes);
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#emit({ type: "error", time: Date.now(), error: error as Error });
    }
  }

  async #close(): Promise<void> {
    this.#ending.abort(); // a change that is being made ends without having changed anything
    const runtimes = [...this.#runtimes.values()];
    this.#runtimes.clear();
    // A program may take its time to end; the paths of ports are given back at once.
    const closing = runtimes.map(async (runtime) => {
      await runtime.close();
      this.#releaseClaims((path) => path === runtime.member.path);
    });
    await Promise.all([this.#changes.idle, this.#cluster.close(), ...closing]);
    this.#releaseClaims(() => true);
    this.#ignoreRefusedWatches();
    this.#listeners.clear();
    this.#traffic.clear();
    this.#networks.clear();
  }

  #releaseClaims(isUnused: (path: string) => boolean): void {
    for (const [path, claim] of this.#claims) {
      if (!isUnused(path)) continue;
      this.#claims.delete(path);
      claim.release();
    }
  }

  #emitFor(plan: MemberPlan, event: MemberEvent): void {
    if (event.type === "member-open" || event.type === "member-close") this.#holders.invalidate();
    const { network, name: member } = plan;
    this.#emit({ ...event, network, member, time: Date.now() } as HubEvent);
    this.#cluster.publish(plan, event);
  }

  #emit(event: HubEvent): void {
    this.#listeners.emit(event);
  }
}
