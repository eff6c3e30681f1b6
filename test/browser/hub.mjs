// A hub in a process of its own, as a user runs it: `anyserial hub FILE`. It is gone when the test ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSerialPort } from "../../packages/anyserial/dist/index.js";
import { until } from "../../tools/test-support/dist/until.js";
import { atEnd } from "./ending.mjs";

const ANY_PORT = "127.0.0.1:0";
const BIN = fileURLToPath(new URL("../../packages/cli/bin/anyserial.js", import.meta.url));

export class TestHub {
  folder = mkdtempSync(join(tmpdir(), "anyserial-page-"));
  file = join(this.folder, "hub.yaml");
  http = "";
  #t;
  #child;
  #listen;

  /**
   * Starts a hub.
   *
   * @param t The test.
   * @param networks As in the configuration.
   * @param listen More fields of `listen`.
   */
  static async start(t, networks, listen = {}) {
    const hub = new TestHub(t, listen);
    hub.write({ networks });
    await hub.run();
    return hub;
  }

  constructor(t, listen) {
    this.#t = t;
    this.#listen = listen;
    atEnd(t, async () => {
      await this.stop("SIGKILL");
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Writes the configuration: an object, or the text of the file. */
  write(config) {
    const listen = { http: ANY_PORT, tokenFile: "./token", ...this.#listen };
    const text =
      typeof config === "string" ? config : JSON.stringify({ ...config, listen }, null, 2);
    writeFileSync(this.file, `${text}\n`);
  }

  /** Starts the process; its address stays when it is started again. */
  async run() {
    if (this.http !== "") {
      const text = readFileSync(this.file, "utf8").replace(ANY_PORT, new URL(this.http).host);
      writeFileSync(this.file, text);
    }
    const env = { ...process.env, XDG_RUNTIME_DIR: this.folder };
    const child = spawn(process.execPath, [BIN, "hub", this.file, "--json"], {
      cwd: this.folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (more) => {
        text = (text + more).slice(-20_000);
      });
    }
    const [, http] = await until("the hub is ready", () => {
      if (child.exitCode !== null) throw new Error(`the hub ended: ${text}`);
      return /"event":"ready".*"http":"([^"]+)"/.exec(text) ?? false;
    });
    this.http = http;
  }

  get token() {
    return readFileSync(join(this.folder, "token"), "utf8").trim();
  }

  get pid() {
    return this.#child.pid;
  }

  kill(signal) {
    this.#child.kill(signal);
  }

  async stop(signal = "SIGTERM") {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGCONT");
    child.kill(signal);
    await ended;
  }

  /** Path of a member's port, or of another file of the hub's folder. */
  path(name) {
    return join(this.folder, name);
  }

  async status() {
    return (await fetch(`${this.http}/status`)).json();
  }

  async member(name) {
    const { networks } = await this.status();
    return networks.flatMap(({ members }) => members).find((member) => member.name === name);
  }

  /** Waits until an application is on a port, or none. */
  isOpen(name, isOpen = true) {
    return until(`${name} is ${isOpen ? "open" : "closed"}`, async () => {
      return (await this.member(name))?.applicationOpen === isOpen;
    });
  }

  /** Opens a port with our own library, as an application does. */
  async open(member, name = member) {
    const port = await openSerialPort(this.path(name), { exclusive: false });
    atEnd(this.#t, () => port.close());
    await this.isOpen(member);
    return port;
  }

  /** A request with the token. */
  post(path, body) {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json" };
    return fetch(`${this.http}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  }
}

/** Members that are emulated ports, in the hub's folder. */
export function ports(names, options = {}) {
  return Object.fromEntries(names.map((name) => [name, { port: `./${name}`, ...options }]));
}
