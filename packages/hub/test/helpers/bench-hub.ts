// A hub in a folder of its own, the applications on it, and its events: all gone when the test
// ends, and the test fails if anything is left.

import { deepEqual, fail } from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Hub,
  HubConfig,
  HubEvent,
  MemberConfig,
  MemberSnapshot,
  NetworkConfig,
} from "@anyserial/hub";
import { until } from "@anyserial/test-support/until";
import { openSerialPort, type SerialConfigInput, type SerialPort } from "anyserial";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";
import { createHubWith } from "../../dist/hub/create-hub.js";
import type { Seams } from "../../dist/hub/hub.js";
import type { Holders } from "../../dist/hub/presence.js";

/** Looks at no other process: to find the holders of ports is most of a snapshot's work. */
const NO_HOLDERS: Pick<Holders, "of" | "invalidate"> = {
  of: () => new Map(),
  invalidate: () => undefined,
};
/** Keeps the reactor's thread for the whole file: after each hub it would be waited for, 250 ms each time. */
const kept: VirtualPort[] = [];
if (process.env["ANYSERIAL_READINESS"] === "reactor") kept.push(await createVirtualPort());

/** A hub under test. */
export class BenchHub implements AsyncDisposable {
  readonly folder: string;
  readonly events: HubEvent[] = [];
  readonly #descriptors = descriptors();
  readonly #exitListeners = process.listenerCount("exit");
  readonly #ports: SerialPort[] = [];
  #hub: Hub | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** An empty folder; no hub yet. */
  static prepare(): BenchHub {
    return new BenchHub(mkdtempSync(join(tmpdir(), "anyserial-hub-")));
  }

  /** A hub with one network, `net`, of emulated ports. */
  static async start(
    names: readonly string[],
    network: Omit<NetworkConfig, "members"> = {},
    members: Readonly<Record<string, Partial<MemberConfig>>> = {},
  ): Promise<BenchHub> {
    const bench = BenchHub.prepare();
    await bench.run(bench.config(names, network, members));
    return bench;
  }

  /** The configuration that `start()` would use. */
  config(
    names: readonly string[],
    network: Omit<NetworkConfig, "members"> = {},
    members: Readonly<Record<string, Partial<MemberConfig>>> = {},
  ): HubConfig {
    const all = names.map((name) => [name, { port: this.path(name), ...members[name] }]);
    return { networks: { net: { ...network, members: Object.fromEntries(all) } } };
  }

  /** Starts the hub; its snapshots name no processes, unless it is given {@link Seams.holders}. */
  async run(config: HubConfig, seams: Seams = {}): Promise<Hub> {
    const onEvent = (event: HubEvent): void => void this.events.push(event);
    this.#hub = await createHubWith({ holders: NO_HOLDERS, ...seams }, config, {
      directory: this.folder,
      onEvent,
    });
    return this.#hub;
  }

  get hub(): Hub {
    return this.#hub as Hub;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Opens a member's port as an application does, and waits until the hub has noticed. */
  async open(name: string, config: SerialConfigInput = {}): Promise<SerialPort> {
    const port = await openSerialPort(this.path(name), { exclusive: false, ...config });
    this.#ports.push(port);
    await until(`${name} is open`, () => this.member(name).applicationOpen);
    await this.event("member-open", name);
    return port;
  }

  member(name: string, network = "net"): MemberSnapshot {
    const { networks } = this.hub.snapshot();
    const members = networks.find((one) => one.name === network)?.members;
    return members?.find((one) => one.name === name) ?? fail(`no member ${name}`);
  }

  /** Waits for an event. */
  event<T extends HubEvent["type"]>(
    type: T,
    member?: string,
  ): Promise<Extract<HubEvent, { type: T }>> {
    return until(`event ${type} ${member}`, () => this.told(type, member)[0]);
  }

  /** Events so far. */
  told<T extends HubEvent["type"]>(type: T, member?: string): Extract<HubEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<HubEvent, { type: T }> => {
      const whose = "member" in event ? event.member : undefined;
      return event.type === type && (member === undefined || whose === member);
    });
  }

  /** Closes applications and hub. */
  async stop(): Promise<void> {
    await Promise.all(this.#ports.map((port) => port.close()));
    await this.#hub?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    const left = existsSync(this.folder)
      ? readdirSync(this.folder, { recursive: true, withFileTypes: true })
          .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("keep"))
          .map(({ name }) => name)
      : [];
    rmSync(this.folder, { recursive: true, force: true });
    deepEqual(left, [], "links or locks are left");
    await until("no exit listener is left", () => {
      return process.listenerCount("exit") <= this.#exitListeners;
    });
    await until("no descriptor is left", () => descriptors() <= this.#descriptors);
  }
}

function descriptors(): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return /ptmx|pts|socket|pipe/.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      return false;
    }
  }).length;
}
