// One network: its members' receivers, and the waiting senders. Bytes go from runtime to runtime
// without passing here.

import { isDeepStrictEqual } from "node:util";
import { receiversOf, receives } from "../model/topology.ts";
import type {
  MemberProcess,
  MemberSettings,
  NetworkSnapshot,
  RateMismatch,
} from "../model/types.ts";
import type { Altered } from "./broken-bytes.ts";
import { Following } from "./following.ts";
import type { PlannedFraming } from "./framing.ts";
import { garble } from "./line-model.ts";
import { LineWiring } from "./line-wiring.ts";
import type { NetworkLink, RemoteSender } from "./link.ts";
import type { MemberEvent } from "./member-event.ts";
import type { MemberLine } from "./member-line.ts";
import type { MemberRuntime, RuntimeNetwork } from "./member-runtime.ts";
import type { NetworkPlan } from "./plan.ts";
import { type RateEnd, RateWatch } from "./rate-watch.ts";
import { type Clock, systemClock } from "./stall-watch.ts";

export class Network implements RuntimeNetwork {
  #plan: NetworkPlan;
  #runtimes: readonly MemberRuntime[] = [];
  #link: NetworkLink | undefined;
  readonly #rates: RateWatch<RateEnd>;
  readonly #following: Following<MemberRuntime>;
  readonly wiring: LineWiring<MemberLine> = new LineWiring<MemberLine>();
  /** The last sender, where senders may have to wait. */
  #sender: MemberRuntime | undefined;

  constructor(
    plan: NetworkPlan,
    emit: (runtime: MemberRuntime, event: MemberEvent) => void,
    clock: Clock = systemClock,
  ) {
    this.#plan = plan;
    this.#rates = new RateWatch(clock, ({ from, to, ...rates }) => {
      const names = [from, to].map(({ name }) => name);
      const sender = this.#runtimes.find(({ name }) => name === names[0]);
      const receiver = this.#runtimes.find(({ name }) => name === names[1]);
      const { baudRate, otherBaudRate } = rates;
      if (sender !== undefined) {
        emit(sender, { type: "rate-mismatch", other: to.shortName, ...rates });
      } else if (receiver !== undefined) {
        const turned = { baudRate: otherBaudRate, otherBaudRate: baudRate };
        emit(receiver, { type: "rate-mismatch", other: from.shortName, ...turned });
      }
    });
    this.#following = new Following(clock);
  }

  get framing(): PlannedFraming {
    return this.#plan.framing;
  }

  /** Compares the network's own options, not its members. */
  isLike({ topology, framing, rateMismatch }: NetworkPlan): boolean {
    const { topology: hasTopology, framing: hasFraming, rateMismatch: hasMismatch } = this.#plan;
    return (
      topology === hasTopology &&
      rateMismatch === hasMismatch &&
      isDeepStrictEqual(framing, hasFraming)
    );
  }

  get runtimes(): readonly MemberRuntime[] {
    return this.#runtimes;
  }

  /** Joins runtimes as planned; those from before that are not among them are left alone. */
  join(plan: NetworkPlan, runtimes: readonly MemberRuntime[]): void {
    for (const runtime of this.#runtimes) {
      if (runtimes.includes(runtime)) continue;
      runtime.receivers = [];
      runtime.network = undefined;
      runtime.link = undefined;
    }
    this.#plan = plan;
    this.#runtimes = runtimes;
    const receivers = receiversOf(plan.topology, plan.members);
    for (const [index, runtime] of runtimes.entries()) {
      runtime.receivers = (receivers[index] ?? []).map((at) => runtimes[at] as MemberRuntime);
      runtime.network = this;
      runtime.link = runtime.plan.role === "tap" ? undefined : this.#link;
      runtime.alter = this.#alterFor(runtime, plan.rateMismatch);
    }
    this.fullChanged();
    this.#following.join(runtimes);
    this.wiring.join(
      new Map(runtimes.map(({ line, receivers: to }) => [line, to.map((one) => one.line)])),
    );
  }

  onPresence(runtime: MemberRuntime): void {
    this.#following.presenceChanged(runtime);
    void this.wiring.changed(runtime.line);
  }

  ask(from: MemberRuntime, settings: MemberSettings): Promise<void> | undefined {
    return this.#following.asked(from, settings);
  }

  followersOf(name: string): readonly MemberRuntime[] {
    return this.#following.followersOf(name);
  }

  /** Senders to a member with a full queue are not read. The one that filled it resumes last. */
  fullChanged(): void {
    const runtimes = this.#runtimes;
    const first = this.#sender === undefined ? 0 : runtimes.indexOf(this.#sender) + 1;
    for (const runtime of [...runtimes.slice(first), ...runtimes.slice(0, first)]) {
      const isFull = runtime.receivers.some(({ egress }) => egress.isFull);
      runtime.setReading(!isFull && runtime.link?.isFull(runtime) !== true);
    }
  }

  /** Senders of other hubs must wait, if they can. */
  get isFull(): boolean {
    return this.#runtimes.some(({ egress }) => egress.isFull);
  }

  /** Connects the network with other hubs, or no longer. */
  setLink(link: NetworkLink | undefined): void {
    this.#link = link;
    for (const runtime of this.#runtimes) {
      runtime.link = runtime.plan.role === "tap" ? undefined : link;
    }
    this.fullChanged();
  }

  /**
   * Takes a message from the link.
   *
   * @param from Its sender.
   * @param message Valid during the call.
   * @param except The sender itself, if it is a member of this hub.
   */
  receive(from: RemoteSender, message: Uint8Array, except?: MemberRuntime): void {
    const { topology, rateMismatch } = this.#plan;
    for (const runtime of this.#runtimes) {
      if (runtime === except || !receives(topology, runtime.plan.role, from.role)) continue;
      runtime.egress.offerOrLose(
        rateMismatch === "pass" ? { bytes: message } : this.#altered(from, runtime, message),
      );
    }
  }

  #altered(sender: RemoteSender, to: MemberRuntime, message: Uint8Array): Altered {
    const { name, baudRate } = sender;
    const from = { name, shortName: name, rateNow: () => baudRate };
    const mismatch = this.#rates.check(from, to, baudRate);
    if (mismatch === undefined || this.#plan.rateMismatch === "warn") return { bytes: message };
    return garble(message, mismatch.baudRate, mismatch.otherBaudRate);
  }

  onSend(runtime: MemberRuntime): void {
    this.#sender = runtime;
  }

  /**
   * Applies the rate policy when the runtime's bytes pass; the rates of both ends are read then.
   */
  #alterFor(from: MemberRuntime, rateMismatch: RateMismatch): MemberRuntime["alter"] {
    if (rateMismatch === "pass") return undefined;
    return (message) => {
      const baudRate = from.rateNow();
      return (to) => {
        const mismatch = this.#rates.check(from, to, baudRate);
        if (mismatch === undefined || rateMismatch === "warn") return { bytes: message };
        return garble(message, mismatch.baudRate, mismatch.otherBaudRate);
      };
    };
  }

  /** State, as JSON. */
  snapshot(pidsOf: (runtime: MemberRuntime) => readonly MemberProcess[]): NetworkSnapshot {
    return {
      name: this.#plan.name,
      topology: this.#plan.topology,
      framing: this.#plan.framing.kind,
      paused: this.#runtimes.some(({ egress }) => egress.isFull),
      members: this.#runtimes.map((runtime) => runtime.snapshot(pidsOf(runtime))),
    };
  }
}
