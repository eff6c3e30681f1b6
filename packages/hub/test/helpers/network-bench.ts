// A network of members in memory, as planned from a configuration: the test is each member's application.

import type { MemberSettings, NetworkConfig } from "@anyserial/hub";
import { ManualClock } from "@anyserial/test-support/manual-clock";
import type { Member, MemberHost } from "../../dist/engine/member.js";
import type { MemberEvent } from "../../dist/engine/member-event.js";
import { MemberRuntime } from "../../dist/engine/member-runtime.js";
import { Network } from "../../dist/engine/network.js";
import { planHub } from "../../dist/engine/plan.js";
import { Traffic } from "../../dist/engine/traffic.js";

/** A member whose application is the test. */
export class BenchMember implements Member {
  readonly kind = "port";
  readonly path = "/bench";
  readonly host: MemberHost;
  /** What was written to it. */
  received = "";
  /** Bytes that it takes before it is full. */
  room = Number.POSITIVE_INFINITY;
  isPresent = true;
  isRead = false;
  isClosed = false;
  line: MemberSettings | undefined;

  constructor(host: MemberHost) {
    this.host = host;
  }

  /** The application sends. */
  send(text: string): void {
    this.host.onData(Buffer.from(text));
  }

  /** The application reads: there is room for so many bytes. */
  makeRoom(room: number): void {
    this.room = room;
    this.host.onWritable();
  }

  write(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.room);
    this.room -= taken.length;
    this.received += Buffer.from(taken).toString("latin1");
    return taken.length;
  }

  notifyWritable(): void {}

  setReading(reading: boolean): void {
    this.isRead = reading;
  }

  unreadBytes(): number {
    return 0;
  }

  hasRead(): undefined {
    return undefined;
  }

  discardUnread(): void {}

  settings(): MemberSettings | undefined {
    return this.line;
  }

  hangUp(): void {}

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** Raw settings of a line with a rate. */
export function lineOf(baudRate: number): MemberSettings {
  return { baudRate, dataBits: 8, stopBits: 1, parity: "none", raw: true, echo: false };
}

/** The network with its members by name; closing it stops all timers. */
export class NetworkBench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly traffic = new Traffic();
  readonly events: (MemberEvent & { readonly member: string })[] = [];
  readonly network: Network;
  readonly #members = new Map<string, BenchMember>();
  readonly #runtimes = new Map<string, MemberRuntime>();

  /** @param config A network whose members are ports. */
  constructor(config: NetworkConfig) {
    const [plan] = planHub({ networks: { net: config } });
    if (plan === undefined) throw new Error("there is no network");
    this.network = new Network(
      plan,
      (runtime, event) => this.events.push({ ...event, member: runtime.plan.name }),
      this.clock,
    );
    for (const member of plan.members) {
      const shared = {
        traffic: this.traffic,
        clock: this.clock,
        emit: ({ name }: { name: string }, event: MemberEvent) =>
          this.events.push({ ...event, member: name }),
      };
      const runtime = new MemberRuntime(member, { shared, framing: plan.framing }, (host) => {
        const made = new BenchMember(host);
        this.#members.set(member.name, made);
        return made;
      });
      this.#runtimes.set(member.name, runtime);
    }
    this.join(config);
  }

  /** Joins the members of a configuration, which the bench has already. */
  join(config: NetworkConfig): void {
    const [plan] = planHub({ networks: { net: config } });
    if (plan === undefined) throw new Error("there is no network");
    this.network.join(
      plan,
      plan.members.map(({ name }) => this.runtime(name)),
    );
  }

  member(name: string): BenchMember {
    return this.#members.get(name) as BenchMember;
  }

  runtime(name: string): MemberRuntime {
    return this.#runtimes.get(name) as MemberRuntime;
  }

  /** Types of the events of a member. */
  told(name: string): string[] {
    return this.events.filter(({ member }) => member === name).map(({ type }) => type);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#runtimes.values()].map((runtime) => runtime.close()));
  }
}

/** Ports by name, for a configuration. */
export function ports(...names: readonly string[]): NetworkConfig["members"] {
  return Object.fromEntries(names.map((name) => [name, { port: `/bench/${name}` }]));
}
