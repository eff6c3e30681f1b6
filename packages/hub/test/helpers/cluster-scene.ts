// Hubs that share a network, with what each of their members received.

import type { TestContext } from "node:test";
import type { Hub, HubEvent, LinkSnapshot, MemberConfig, NetworkConfig } from "@anyserial/hub";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { until } from "@anyserial/test-support/until";
import type { SerialPort } from "anyserial";
import { openSerialPort } from "anyserial";
import { createHubWith } from "../../dist/hub/create-hub.js";
import { MemoryBroker } from "./memory-broker.ts";

export const NETWORK = "plant";

/** One hub, with its events. */
export interface SceneHub {
  readonly name: string;
  readonly hub: Hub;
  readonly events: HubEvent[];
  /** Messages from the network to each member, by name. */
  readonly received: Map<string, string[]>;
}

/** Some hubs around servers in memory. */
export class ClusterScene {
  readonly broker = new MemoryBroker();
  readonly #folder: string;
  readonly #t: TestContext;
  readonly #ports: SerialPort[] = [];

  constructor(t: TestContext) {
    this.#t = t;
    this.#folder = temporaryFolder(t);
  }

  /** Starts a hub with ports of these names; each has an application that reads. */
  async start(
    name: string,
    network: Omit<NetworkConfig, "members">,
    members: Readonly<Record<string, Partial<MemberConfig>>>,
  ): Promise<SceneHub> {
    const config = Object.fromEntries(
      Object.entries(members).map(([member, options]) => [
        member,
        { port: this.path(name, member), ...options },
      ]),
    );
    const events: HubEvent[] = [];
    const received = new Map(Object.keys(members).map((member) => [member, [] as string[]]));
    const hub = await createHubWith(
      { makeTransport: this.broker.connect },
      {
        cluster: { name, servers: ["nats://127.0.0.1:4222"] },
        networks: { [NETWORK]: { ...network, members: config as Record<string, MemberConfig> } },
      },
      { onEvent: (event) => events.push(event) },
    );
    this.#t.after(() => hub.close());
    hub.on("traffic", ({ member, direction }, bytes) => {
      if (direction === "out") received.get(member)?.push(Buffer.from(bytes).toString());
    });
    return { name, hub, events, received };
  }

  path(hub: string, member: string): string {
    return `${this.#folder}/${hub}-${member}`;
  }

  /** Opens the port of a member, as an application does, and reads all of it. */
  async open(hub: string, member: string): Promise<SerialPort> {
    const port = await openSerialPort(this.path(hub, member));
    this.#t.after(() => port.close());
    this.#ports.push(port);
    return port;
  }

  /** Waits until the hubs can send and receive. */
  async connected(...hubs: readonly SceneHub[]): Promise<void> {
    for (const one of hubs) await until(`${one.name} is connected`, () => linkOf(one).up);
  }
}

/** The link of a hub's network. */
export function linkOf({ hub }: SceneHub): LinkSnapshot {
  const link = hub.snapshot().cluster?.links[0];
  if (link === undefined) throw new Error("the hub has no link");
  return link;
}

/** Sends in the name of a member. */
export async function say({ hub }: SceneHub, member: string, text: string): Promise<void> {
  await hub.inject(NETWORK, member, Buffer.from(text));
}

/** What a member has received. */
export function heard({ received }: SceneHub, member: string): readonly string[] {
  return received.get(member) ?? [];
}
