// Hubs with one application on each of their networks, and the model of every line that they send.
import { fork } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("hub-process.mjs", import.meta.url));
/** Networks of every hub, by name. */
export const NETWORKS = {
  live: { shared: "live" },
  durable: { shared: "durable", retainMs: "10m" },
  total: { shared: "durable", order: "total", retainMs: "10m" },
};

/** Lets a fault last, or a load go on, for some seconds. */
export function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** Polls until something holds. */
export async function until(what, holds, seconds = 60) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (performance.now() > end) throw new Error(`still not true after ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A hub in a process of its own. */
export class HubProcess {
  events = [];
  #child;
  #questions = new Map();
  #next = 0;
  #apps = new Map();
  #folder;
  #config;
  #command;

  /** @param options `folder` for its sockets, its `cluster` section, its `networks`, a `command` that starts Node.js. */
  constructor(name, { folder, cluster, networks = NETWORKS, command = [process.execPath] }) {
    this.name = name;
    this.#command = command;
    this.#folder = folder;
    this.#config = {
      cluster: { name, ...cluster },
      networks: Object.fromEntries(
        Object.entries(networks).map(([network, options]) => [
          network,
          {
            framing: "line",
            queue: "64MiB",
            ...options,
            members: { app: { unix: { listen: this.#path(network) }, whenAbsent: "keep" } },
          },
        ]),
      ),
    };
  }

  async start() {
    this.events = [];
    const [execPath, ...execArgv] = this.#command;
    this.#child = fork(PROGRAM, [JSON.stringify(this.#config), this.#folder], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      execPath,
      execArgv,
    });
    this.#child.on("message", (message) => this.#onMessage(message));
    this.#child.ended = new Promise((resolve) => this.#child.once("exit", resolve));
    await this.event("started");
    for (const network of Object.keys(this.#config.networks)) {
      this.#apps.set(network, await App.connect(this.#path(network), this.#apps.get(network)));
    }
  }

  app(network) {
    return this.#apps.get(network);
  }

  signal(signal) {
    this.#child.kill(signal);
  }

  async kill() {
    this.#child.kill("SIGKILL");
    await this.#child.ended;
  }

  async snapshot() {
    return this.#ask({ ask: "snapshot" });
  }

  async stepClock(by) {
    await this.#ask({ ask: "step", by });
  }

  async links() {
    return (await this.snapshot()).cluster.links;
  }

  async up() {
    await until(`${this.name} is up`, async () => (await this.links()).every(({ up }) => up));
  }

  event(type) {
    return until(`${this.name} reports ${type}`, () =>
      this.events.find((event) => event.type === type),
    );
  }

  gaps(network, hub) {
    return this.events.filter(
      (event) => event.type === "gap" && event.network === network && event.hub === hub,
    );
  }

  async close() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGCONT");
    this.#child.send({ ask: "close" });
    await this.#child.ended;
  }

  #path(network) {
    return join(this.#folder, `${this.name}-${network}`);
  }

  #ask(question) {
    const id = ++this.#next;
    return new Promise((resolve) => {
      this.#questions.set(id, resolve);
      this.#child.send({ id, ...question });
    });
  }

  #onMessage({ id, answer, event }) {
    if (event !== undefined) this.events.push(event);
    else {
      this.#questions.get(id)(answer);
      this.#questions.delete(id);
    }
  }
}

/** An application on a member: it sends numbered lines, and keeps those that it receives. */
class App {
  sent = 0;
  /** Numbers of the lines received, by sender. */
  received = new Map();
  /** All lines, in order. */
  lines = [];
  #socket;
  #rest = "";

  static async connect(path, before) {
    const app = before ?? new App();
    app.#rest = "";
    app.#socket = connect(path);
    app.#socket.setEncoding("utf8");
    app.#socket.on("error", () => undefined);
    app.#socket.on("data", (text) => app.#take(text));
    await new Promise((resolve) => app.#socket.once("connect", resolve));
    return app;
  }

  send(name, padding = "") {
    this.sent++;
    this.#socket.write(`${name} ${this.sent} ${padding}\n`);
  }

  numbersOf(name) {
    return this.received.get(name) ?? [];
  }

  #take(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop();
    for (const line of lines) {
      const [name, number] = line.split(" ");
      this.lines.push(`${name} ${number}`);
      const numbers = this.received.get(name) ?? [];
      this.received.set(name, numbers);
      numbers.push(Number(number));
    }
  }
}

/** Sends on all networks at a steady rate, until it is stopped. */
export class Load {
  #timer;
  #hubs;

  constructor(hubs, everyMs = 5) {
    this.#hubs = hubs;
    this.#timer = setInterval(() => this.#tick(), everyMs);
  }

  stop() {
    clearInterval(this.#timer);
  }

  #tick() {
    for (const hub of this.#hubs) {
      for (const network of Object.keys(NETWORKS)) hub.app(network)?.send(hub.name, "x".repeat(40));
    }
  }
}

/** Numbers that are neither received nor in a gap report, received twice, out of order, or reported though received. */
export function faultsOf(received, gaps, sent) {
  const faults = [];
  const missing = new Set();
  for (const number of gaps.flatMap(numbersOf)) {
    if (missing.has(number)) faults.push(`${number} is reported twice`);
    missing.add(number);
  }
  let last = 0;
  const have = new Set();
  for (const number of received) {
    if (have.has(number)) faults.push(`${number} came twice`);
    else if (number < last) faults.push(`${number} came behind ${last}`);
    if (missing.has(number)) faults.push(`${number} came, and is reported missing`);
    have.add(number);
    last = Math.max(last, number);
  }
  const first = Math.min(...have, ...missing); // what was sent before the first contact was for others
  for (let number = first; number <= sent; number++) {
    if (!have.has(number) && !missing.has(number))
      faults.push(`${number} is lost without a report`);
  }
  return faults.slice(0, 10);
}

function numbersOf({ from, to }) {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
