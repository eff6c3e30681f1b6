// A hub in a folder of its own, the applications on it, and what it told: all gone when the test
// ends, and the test fails if anything is left.

import { deepEqual, fail } from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTask } from "node:timers/promises";
import {
  createHub,
  type Hub,
  type HubConfig,
  type HubEvent,
  type MemberConfig,
  type MemberSnapshot,
  type NetworkConfig,
} from "@anyserial/hub";
import { openSerialPort, type SerialConfigInput, type SerialPort } from "anyserial";

const BOUND_MS = 20_000;

/** Looks again and again until something holds. */
export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const end = performance.now() + BOUND_MS;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`still not true: ${what}`);
    await nextTask();
  }
}

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

  /** Starts the hub. */
  async run(config: HubConfig): Promise<Hub> {
    const onEvent = (event: HubEvent): void => void this.events.push(event);
    this.#hub = await createHub(config, { directory: this.folder, onEvent });
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

/** Receives until so many bytes are there. */
export async function receiveText(port: SerialPort, length: number): Promise<string> {
  let text = "";
  while (text.length < length) text += Buffer.from(await port.receive()).toString("latin1");
  return text;
}
