// Two hubs around three servers, with a load on all ways to share, and the check of every line at the end.
import { deepEqual } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultsOf, HubProcess, Load, NETWORKS, until } from "./hubs.mjs";
import { reportOf } from "./report.mjs";
import { Servers } from "./servers.mjs";

export class Scene {
  servers;
  folder = mkdtempSync(join(tmpdir(), "anyserial-cluster-"));
  hubs = [];
  #load;

  /** @param t The test: everything ends with it. @param options `hosts`: one for each hub. */
  static async start(
    t,
    { names = ["a", "b"], servers = {}, cluster = () => ({}), networks, hosts } = {},
  ) {
    const scene = new Scene();
    scene.servers = new Servers(servers);
    t.after(() => scene.close());
    await scene.servers.start();
    for (const name of names) {
      const addresses = await scene.servers.addresses(name, "nats", hosts?.gatewayOf(name));
      const section = { servers: addresses, ...cluster(name) };
      const options = { folder: scene.folder, cluster: section, networks };
      scene.hubs.push(new HubProcess(name, { ...options, command: hosts?.commandOf(name) }));
    }
    await Promise.all(scene.hubs.map((hub) => hub.start()));
    await scene.#explained(() => Promise.all(scene.hubs.map((hub) => hub.up())));
    return scene;
  }

  /** Begins to send, and waits until all hubs receive from each other. */
  async load(everyMs) {
    await this.#explained(() => this.#startLoad(everyMs));
  }

  async #startLoad(everyMs) {
    this.#load = new Load(this.hubs, everyMs);
    for (const [from, to] of this.pairs()) {
      for (const network of Object.keys(NETWORKS)) {
        await until(
          `${to.name} receives from ${from.name} on ${network}`,
          () => to.app(network).numbersOf(from.name).length > 0,
        );
      }
    }
  }

  pairs() {
    return this.hubs.flatMap((from) =>
      this.hubs.filter((to) => to !== from).map((to) => [from, to]),
    );
  }

  stopLoad() {
    this.#load.stop();
  }

  /** Stops sending, waits until all has arrived that will, and compares with the model. */
  async check() {
    await this.#explained(() => this.#check());
  }

  async #check() {
    this.#load.stop();
    for (const hub of this.hubs) {
      await until(`${hub.name} has stored all`, async () =>
        (await hub.links()).every(({ up, spoolMessages }) => up && spoolMessages === 0),
      );
    }
    for (const hub of this.hubs)
      for (const network of Object.keys(NETWORKS)) hub.app(network).send(hub.name, "last");
    const faults = {};
    for (const [from, to] of this.pairs()) {
      for (const network of Object.keys(NETWORKS)) {
        const { sent } = from.app(network);
        const read = () =>
          faultsOf(to.app(network).numbersOf(from.name), to.gaps(network, from.name), sent);
        await until(`${to.name} has line ${sent} of ${from.name} on ${network}`, () =>
          read().every((fault) => !fault.includes("without")),
        ).catch(() => undefined);
        const gaps = network === "live" ? [] : to.gaps(network, from.name);
        const found = [
          ...read(),
          ...gaps.map(({ from: first, to: last }) => `${first} to ${last} are missing`),
        ];
        if (found.length > 0) faults[`${network} from ${from.name} to ${to.name}`] = found;
      }
    }
    deepEqual(faults, {});
    this.#checkOrder();
  }

  /** In total order all hubs have one sequence of the lines that each did not send itself. */
  #checkOrder() {
    const [a, b] = this.hubs;
    if (b === undefined) return;
    const others = (hub, names) =>
      hub.app("total").lines.filter((line) => names.includes(line.split(" ")[0]));
    const third = this.hubs.slice(2).map(({ name }) => name);
    deepEqual(others(a, third), others(b, third));
  }

  /** Whatever fails says in which state the hubs and the servers are. */
  async #explained(act) {
    try {
      return await act();
    } catch (error) {
      error.message += `\n${await reportOf(this)}`;
      throw error;
    }
  }

  async close() {
    this.#load?.stop();
    await Promise.all(this.hubs.map((hub) => hub.close().catch(() => undefined)));
    await this.servers.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
