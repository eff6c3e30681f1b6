// The soak: `npm run soak -- --minutes N [--seed S]`. Applications of random habits on a hub with one
// network per overflow policy: random sizes, pauses, reopenings, reloads. Every message carries its
// sender and number, so that every byte that arrives is checked: in order, whole, of the right sender;
// under backpressure none is missing, else exactly as many as the hub has counted.

import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTask } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  createHub,
  type Hub,
  type HubConfig,
  type MemberSnapshot,
  type OverflowPolicy,
} from "@anyserial/hub";
import { randomNumbers } from "anyserial/internal";
import { MemoryRecord } from "./memory-record.ts";

const POLICIES: readonly OverflowPolicy[] = ["backpressure", "drop-newest", "drop-oldest"];
const MEMBERS = 4;
const FLAGS = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;

/** One application: it writes whole messages, reads when it likes, and checks all that it reads. */
class Application {
  readonly name: string;
  readonly #path: string;
  #fd: number | undefined;
  #unsent: Buffer = Buffer.alloc(0);
  #partial = "";
  #number = 0;
  readonly #last = new Map<string, number>();
  /** Messages that went out whole, and received ones. */
  sent = 0;
  received = 0;
  receivedBytes = 0;
  isReading = true;
  /** Messages from others were sent while it was open. */
  readonly #buffer = Buffer.alloc(8192);

  constructor(name: string, path: string) {
    this.name = name;
    this.#path = path;
  }

  get isOpen(): boolean {
    return this.#fd !== undefined;
  }

  get hasUnsent(): boolean {
    return this.#unsent.length > 0;
  }

  open(): void {
    this.#fd ??= openSync(this.#path, FLAGS);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#partial = "";
  }

  /** Begins a message of its own, unless one is not out yet. */
  write(size: number): void {
    if (this.#fd === undefined) return;
    if (this.#unsent.length === 0) {
      const head = `${this.name} ${this.#number++} `;
      this.#unsent = Buffer.from(`${head}${"x".repeat(size)} ${size}\n`);
    }
    try {
      this.#unsent = this.#unsent.subarray(writeSync(this.#fd, this.#unsent));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
    if (this.#unsent.length === 0) this.sent++;
  }

  /** @returns Whether anything came. */
  read(): boolean {
    if (this.#fd === undefined || !this.isReading) return false;
    let count: number;
    try {
      count = readSync(this.#fd, this.#buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
      throw error;
    }
    this.receivedBytes += count;
    const lines = (this.#partial + this.#buffer.toString("latin1", 0, count)).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) this.#check(line);
    return count > 0;
  }

  #check(line: string): void {
    const match = /^(\w+) (\d+) (x*) (\d+)$/.exec(line);
    const [, sender = "", number = "", body = "", size = ""] = match ?? [];
    if (match === null || body.length !== Number(size))
      throw new Error(`torn: ${line.slice(0, 80)}`);
    const last = this.#last.get(sender) ?? -1;
    if (sender === this.name) throw new Error(`${sender} receives its own message`);
    if (Number(number) <= last) throw new Error(`${sender} ${number} came after ${last}`);
    this.#last.set(sender, Number(number));
    this.received++;
  }
}

function configOf(folder: string, queue: number): HubConfig {
  const networks = POLICIES.map((overflow) => {
    const names = namesOf(overflow);
    const members = names.map((name) => [name, { port: join(folder, name) }] as const);
    return [
      overflow,
      {
        framing: "line",
        overflow,
        queue,
        stallAfterMs: 50,
        whenAbsent: "keep" as const,
        members: Object.fromEntries(members),
      },
    ] as const;
  });
  return { networks: Object.fromEntries(networks) };
}

function namesOf(overflow: string): string[] {
  return Array.from({ length: MEMBERS }, (_, index) => `${overflow.replace("-", "")}${index}`);
}

/** One random step of one application. */
function step(application: Application, random: () => number): void {
  const dice = random();
  if (dice < 0.45) application.write(Math.floor(random() ** 3 * 3000));
  else if (dice < 0.9) application.read();
  else if (dice < 0.905) application.isReading = false;
  else if (dice < 0.96) application.isReading = true;
}

/** Lets everything go out, then compares what arrived with what was sent and what was counted lost. */
async function settle(hub: Hub, applications: readonly Application[]): Promise<void> {
  const end = performance.now() + 60_000;
  for (const application of applications) application.isReading = true;
  for (let quiet = 0; quiet < 50; ) {
    let moved = false;
    for (const application of applications) {
      if (application.hasUnsent) application.write(0);
      moved = application.read() || application.hasUnsent || moved;
    }
    quiet = moved || isBusy(hub) ? 0 : quiet + 1;
    if (performance.now() > end) throw new Error("it does not come to rest");
    await nextTask();
  }
  for (const { name, members } of hub.snapshot().networks) {
    const own = applications.filter((one) => namesOf(name).includes(one.name));
    for (const member of members) compare(own, member);
  }
}

function isBusy(hub: Hub): boolean {
  return hub
    .snapshot()
    .networks.some(({ members }) =>
      members.some(({ unreadBytes, queuedBytes }) => unreadBytes !== 0 || queuedBytes > 0),
    );
}

function compare(applications: readonly Application[], member: MemberSnapshot): void {
  const { name, overflow, dropped, discarded, out } = member;
  const self = applications.find((one) => one.name === name);
  const sent = applications.reduce((sum, one) => sum + (one === self ? 0 : one.sent), 0);
  const lost = dropped.messages + discarded.messages;
  const received = self?.received ?? 0;
  if (received + lost !== sent) {
    throw new Error(`${name}: ${sent} sent, ${received} received, ${lost} lost`);
  }
  if (out.messages !== received || out.bytes !== self?.receivedBytes) {
    throw new Error(`${name}: counted ${out.messages} out, ${received} received`);
  }
  if (overflow === "backpressure" && lost > 0)
    throw new Error(`${name}: backpressure lost ${lost}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const random = randomNumbers(Number(values.seed));
  const folder = mkdtempSync(join(tmpdir(), "anyserial-soak-"));
  process.stdout.write(`soak: seed ${values.seed}, ${values.minutes} minutes\n`);
  const hub = await createHub(configOf(folder, 8192));
  const names = POLICIES.flatMap(namesOf);
  const applications = names.map((name) => new Application(name, join(folder, name)));
  const end = performance.now() + Number(values.minutes) * 60_000;
  const memory = new MemoryRecord();
  let rounds = 0;
  try {
    for (; performance.now() < end; rounds++) {
      await round(hub, { folder, applications, random });
      memory.sample();
    }
  } finally {
    for (const application of applications) application.close();
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  }
  report(rounds, applications);
  memory.check();
}

interface Soak {
  readonly folder: string;
  readonly applications: readonly Application[];
  readonly random: () => number;
}

/** Some thousand steps, reloads among them; then everything is counted, and some reopen. */
async function round(hub: Hub, { folder, applications, random }: Soak): Promise<void> {
  for (const application of applications) application.open();
  const reloads: Promise<unknown>[] = [];
  for (let steps = 5000; steps > 0; steps--) {
    const application = applications[Math.floor(random() * applications.length)] as Application;
    step(application, random);
    if (random() < 0.002)
      reloads.push(hub.reload(configOf(folder, 2000 + Math.floor(random() * 20_000))));
    if (steps % 8 === 0) await nextTask();
  }
  await Promise.all(reloads);
  await settle(hub, applications);
  for (const application of applications) if (random() < 0.3) application.close();
}

function report(rounds: number, applications: readonly Application[]): void {
  const sum = (value: (one: Application) => number): number =>
    applications.reduce((total, one) => total + value(one), 0);
  const megabytes = sum(({ receivedBytes }) => receivedBytes) / 1e6;
  process.stdout.write(
    `soak: ${rounds} rounds, ${sum(({ sent }) => sent)} messages sent, ` +
      `${sum(({ received }) => received)} received, ${megabytes.toFixed(1)} MB checked, all accounted for\n`,
  );
}

await main();
