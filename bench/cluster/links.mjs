// The ways between two machines that are compared, all on loopback. Each has `send(bytes)`, `receive()`, which
// resolves with the next bytes at the other end, and `close()`.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { answers, freePort } from "../../tools/test-support/dist/loopback.js";
import { Child } from "../child.mjs";

const require = createRequire(new URL("../../packages/hub/package.json", import.meta.url));
const { connect } = require("@nats-io/transport-node");
const { jetstream, jetstreamManager } = require("@nats-io/jetstream");
const { openSerialPort } = await import("../../packages/anyserial/dist/index.js");

const SUBJECT = "bench.bytes";
const NATS_SERVER = process.env.ANYSERIAL_NATS_SERVER ?? "nats-server";
/** Messages that may be on their way to a stream, as of a link. */
const WINDOW = 1000;

/** Why the bench cannot run; `undefined` where it can. */
export function whyNoBench() {
  const missing = [NATS_SERVER, "socat"].find(
    (program) => spawnSync(program, ["-h"], { stdio: "ignore" }).error !== undefined,
  );
  return missing === undefined ? undefined : `${missing} is not installed`;
}

/** Folder of a run, and its one server. */
export class Scene {
  folder = mkdtempSync(join(tmpdir(), "anyserial-bench-"));
  #programs = [];
  #server;
  #port;
  #monitorPort;

  async start() {
    this.#port = await freePort();
    this.#monitorPort = await freePort();
    const file = join(this.folder, "nats.conf");
    const store = JSON.stringify(join(this.folder, "store"));
    writeFileSync(
      file,
      `listen: "127.0.0.1:${this.#port}"
http: "127.0.0.1:${this.#monitorPort}"
jetstream { store_dir: ${store} }
`,
    );
    this.#server = this.run(NATS_SERVER, ["-c", file]);
    await answers(this.#port);
  }

  get address() {
    return `127.0.0.1:${this.#port}`;
  }

  /** What the server counts: `connections` and `subscriptions` now, messages `in_msgs` and `out_msgs` so far. */
  async counts() {
    const answer = await fetch(`http://127.0.0.1:${this.#monitorPort}/varz`);
    return answer.json();
  }

  /** Memory of the server. */
  serverBytes() {
    const status = readFileSync(`/proc/${this.#server.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024;
  }

  /** Processor time of the server so far. */
  serverCpuMs() {
    const fields = readFileSync(`/proc/${this.#server.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10; // ticks of 10 ms
  }

  run(program, args) {
    const child = spawn(program, args, { stdio: "ignore" });
    this.#programs.push(child);
    return child;
  }

  close() {
    for (const child of this.#programs) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Two ports that lead to each other. */
async function portLink(near, far, stop) {
  const [a, b] = await Promise.all(
    [near, far].map(async (path) => {
      while (!existsSync(path)) await sleep(20);
      return openSerialPort(path, { baudRate: 115_200, exclusive: false });
    }),
  );
  await sleep(500); // both are known to be there
  return {
    send: (bytes) => a.send(bytes),
    receive: () => b.receive(),
    close: async () => {
      await Promise.all([a.close(), b.close()]);
      stop();
    },
  };
}

/** Two members of one hub. */
export async function localLink(scene) {
  const folder = join(scene.folder, "local");
  mkdirSync(folder);
  const paths = ["a", "b"].map((name) => join(folder, name));
  const members = { a: { port: paths[0] }, b: { port: paths[1] } };
  const hub = await startHub(folder, { networks: { net: { framing: "line", members } } });
  return portLink(...paths, () => hub.kill());
}

/** A member on each of two hubs that share a network. */
export async function sharedLink(scene, shared) {
  const hubs = [];
  const paths = [];
  for (const name of ["a", "b"]) {
    const folder = join(scene.folder, `${shared}-${name}`);
    mkdirSync(folder);
    const port = join(folder, "port");
    const cluster = { name, servers: [`nats://${scene.address}`], prefix: `bench-${shared}` };
    const member = { port, queue: "64MiB" };
    const network = { shared, framing: "line", members: { [`on-${name}`]: member } };
    hubs.push(await startHub(folder, { cluster, networks: { net: network } }));
    paths.push(port);
  }
  return portLink(...paths, () => {
    for (const hub of hubs) hub.kill();
  });
}

/** Two ptys of socat, with TCP between them. */
export async function socatLink(scene) {
  const port = await freePort();
  const paths = ["socat-a", "socat-b"].map((name) => join(scene.folder, name));
  const pty = (path) => `PTY,link=${path},rawer`;
  const server = scene.run("socat", [
    `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,nodelay`,
    pty(paths[1]),
  ]);
  await sleep(300); // a look whether it listens would use up its one connection
  const client = scene.run("socat", [pty(paths[0]), `TCP:127.0.0.1:${port},nodelay`]);
  return portLink(...paths, () => {
    server.kill();
    client.kill();
  });
}

/** A publisher and a subscriber, as a program would have them. */
export async function natsLink(scene) {
  const [near, far] = await connections(scene);
  const messages = far.subscribe(SUBJECT)[Symbol.asyncIterator]();
  await far.flush();
  return {
    send: async (bytes) => near.publish(SUBJECT, bytes),
    receive: async () => (await messages.next()).value.data,
    close: () => Promise.all([near.close(), far.close()]),
  };
}

/** A stream with its consumer; so many messages may wait to be stored. */
export async function jetstreamLink(scene) {
  const [near, far] = await connections(scene);
  const manager = await jetstreamManager(near);
  await manager.streams.add({ name: "bench", subjects: [SUBJECT], storage: "file" });
  const consumer = await jetstream(far).consumers.get("bench", { deliver_policy: "new" });
  const messages = (await consumer.consume())[Symbol.asyncIterator]();
  const js = jetstream(near);
  const underWay = new Set();
  return {
    send: async (bytes) => {
      const stored = js.publish(SUBJECT, bytes).finally(() => underWay.delete(stored));
      underWay.add(stored);
      if (underWay.size >= WINDOW) await Promise.race(underWay);
    },
    receive: async () => (await messages.next()).value.data,
    close: async () => {
      await Promise.all(underWay);
      await manager.streams.delete("bench");
      await Promise.all([near.close(), far.close()]);
    },
  };
}

function connections({ address }) {
  return Promise.all([1, 2].map(() => connect({ servers: address })));
}

async function startHub(folder, config) {
  const file = join(folder, "hub.yaml");
  writeFileSync(file, JSON.stringify(config)); // which is YAML, too
  const program = fileURLToPath(new URL("../../packages/cli/bin/anyserial.js", import.meta.url));
  const child = new Child("anyserial hub", [process.execPath, program, "hub", file, "--json"], {
    XDG_RUNTIME_DIR: folder,
  });
  for (;;) {
    const { event } = await child.answer();
    if (event === (config.cluster === undefined ? "ready" : "cluster-up")) return child;
  }
}
