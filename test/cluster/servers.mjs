// Three NATS servers on loopback. All connections, of hubs to servers and of servers to each other, pass through
// proxies of the test, which can cut them; and each server can be killed, stopped and started again.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, freePort } from "../../tools/test-support/dist/loopback.js";

export const BINARY = process.env.ANYSERIAL_NATS_SERVER ?? "nats-server";
const COUNT = 3;
const LOOPBACK = "127.0.0.1";

/** A way to one port. While it is cut, bytes wait in both directions, and new connections as well. */
class Cable {
  #server;
  #pairs = new Set();
  #isCut = false;
  target = 0;
  port = 0;

  async listen(host) {
    this.#server = createServer((near) => this.#join(near));
    await new Promise((resolve) => this.#server.listen(0, host, resolve));
    this.port = this.#server.address().port;
  }

  /** Bytes stay where they are, as on a cable that is unplugged. */
  set isCut(isCut) {
    this.#isCut = isCut;
    for (const pair of this.#pairs) {
      for (const socket of pair) {
        if (isCut) socket.pause();
        else socket.resume();
      }
    }
  }

  /** Ends all connections. */
  reset() {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  close() {
    this.reset();
    this.#server.close();
  }

  #join(near) {
    const far = connect(this.target, "127.0.0.1");
    const pair = [near, far];
    this.#pairs.add(pair);
    near.setNoDelay(true);
    far.setNoDelay(true);
    for (const [from, to] of [pair, [far, near]]) {
      from.on("error", () => undefined);
      from.on("data", (chunk) => {
        if (!to.write(chunk)) {
          from.pause();
          to.once("drain", () => this.#isCut || from.resume());
        }
      });
      from.on("close", () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      if (this.#isCut) from.pause();
    }
  }
}

/** The servers of one test. */
export class Servers {
  folder = mkdtempSync(join(tmpdir(), "anyserial-nats-"));
  #options;
  #processes = [];
  #ports = [];
  /** One for each pair of hub and server: made when it is asked for. */
  #clients = new Map();
  /** `routes[from][to]`. */
  #routes = [];
  #advertised = [];

  /** @param options `extra`: more lines of the configuration; `diskSize`: of a disk for each server, for root. */
  constructor(options = {}) {
    this.#options = options;
  }

  async start() {
    for (let index = 0; index < COUNT; index++) {
      this.#ports.push({ client: await freePort(), route: await freePort() });
    }
    for (let from = 0; from < COUNT; from++) {
      this.#routes.push([]);
      for (let to = 0; to < COUNT; to++) {
        this.#routes[from].push(await this.#proxy(this.#ports[to].route));
      }
      this.#advertised.push(await this.#proxy(this.#ports[from].route));
    }
    for (let index = 0; index < COUNT; index++) {
      mkdirSync(this.store(index));
      if (this.#options.diskSize !== undefined)
        mountDisk(this.store(index), this.#options.diskSize);
      this.run(index);
    }
    await this.ready();
  }

  /** Addresses for one hub. @param host Address of this machine as the hub sees it. */
  async addresses(hub, scheme = "nats", host = LOOPBACK) {
    const proxies = [];
    for (const { client } of this.#ports) proxies.push(await this.#proxy(client, host));
    this.#clients.set(hub, proxies);
    return proxies.map(({ port }) => `${scheme}://${host}:${port}`);
  }

  /** The folder of a server's streams: a disk of its own, with the option `diskSize`. */
  store(index) {
    return join(this.folder, `store-${index}`);
  }

  /** Addresses without a proxy, for the test itself. */
  get direct() {
    return this.#ports.map(({ client }) => `127.0.0.1:${client}`);
  }

  cutHub(hub, isCut) {
    for (const proxy of this.#clients.get(hub)) proxy.isCut = isCut;
  }

  resetHub(hub) {
    for (const proxy of this.#clients.get(hub)) proxy.reset();
  }

  /** Separates a server from the two others; hubs still reach it. */
  isolate(index, isCut) {
    for (let other = 0; other < COUNT; other++) {
      this.#routes[index][other].isCut = isCut;
      this.#routes[other][index].isCut = isCut;
    }
    this.#advertised[index].isCut = isCut;
  }

  run(index) {
    const file = join(this.folder, `${index}.conf`);
    writeFileSync(file, this.#config(index));
    const child = spawn(BINARY, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
    child.log = this.#processes[index]?.log ?? "";
    child.stderr.on("data", (chunk) => {
      child.log = (child.log + chunk).slice(-20_000);
    });
    child.ended = new Promise((resolve) => child.once("exit", resolve));
    this.#processes[index] = child;
  }

  signal(index, signal) {
    this.#processes[index].kill(signal);
  }

  async kill(index) {
    this.signal(index, "SIGKILL");
    await this.#processes[index].ended;
  }

  log(index) {
    return this.#processes[index].log;
  }

  get logs() {
    return this.#processes.map(({ log }) => log);
  }

  /** Each one answers on its client port. */
  async ready() {
    for (const { client } of this.#ports) await answers(client);
  }

  async close() {
    for (const child of this.#processes) child.kill("SIGKILL");
    for (const child of this.#processes) await child.ended;
    const proxies = [
      ...this.#routes.flat(),
      ...this.#advertised,
      ...[...this.#clients.values()].flat(),
    ];
    for (const proxy of proxies) proxy.close();
    if (this.#options.diskSize !== undefined) {
      for (let index = 0; index < COUNT; index++) spawnSync("umount", [this.store(index)]);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #proxy(target, host = LOOPBACK) {
    const proxy = new Cable();
    proxy.target = target;
    await proxy.listen(host);
    return proxy;
  }

  #config(index) {
    const { client, route } = this.#ports[index];
    const store = this.store(index);
    const routes = this.#routes[index]
      .filter((_, to) => to !== index)
      .map(({ port }) => `nats://127.0.0.1:${port}`);
    return `
server_name: n${index}
listen: "127.0.0.1:${client}"
write_deadline: "2s"
jetstream { store_dir: ${JSON.stringify(store)}, max_mem: 256MB, max_file: 1GB }
cluster {
  name: test
  listen: "127.0.0.1:${route}"
  advertise: "127.0.0.1:${this.#advertised[index].port}"
  routes: ${JSON.stringify(routes)}
}
${this.#options.extra ?? ""}
`;
  }
}

/** Why a server cannot have a small disk here; `false` when it can. */
export function disksMissing() {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
  if (status === 0) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true });
  return status === 0 ? false : "this account cannot mount a small disk";
}

function mountDisk(folder, size) {
  const { status, stderr } = spawnSync("mount", [
    "-t",
    "tmpfs",
    "-o",
    `size=${size}`,
    "tmpfs",
    folder,
  ]);
  if (status !== 0) throw new Error(`cannot mount a disk: ${stderr}`);
}
