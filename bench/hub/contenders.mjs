// The hubs that are compared: how each is started with so many members.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Child } from "../child.mjs";

const WITHOUT_TTYBUS =
  "not measured: ANYSERIAL_BENCH_TTYBUS names no folder with tty_bus and tty_fake";

/** Compiles the C programs; returns their paths. */
export function compileHubPeers() {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.env.TMPDIR = folder; // for files of the hubs, which end by being killed
  const compile = (name) => {
    const program = join(folder, name);
    const args = ["-O2", "-pthread", "-o", program, here(`../peers/${name}.c`)];
    const { status } = spawnSync("cc", args, { stdio: "inherit" });
    if (status !== 0) throw new Error(`cc cannot compile ${name}.c: is a C compiler here?`);
    return program;
  };
  return { awake: compile("awake"), hub: compile("hub"), load: compile("hub-load") };
}

/** Those that can take part. */
export function listHubs(tools) {
  const python = ["python3", "/usr/bin/python3"].find(
    (name) => spawnSync(name, ["--version"]).status === 0,
  );
  return [
    { id: "anyserial", title: "anyserial hub", command: (count) => ourHub(count) },
    { id: "c", title: "C epoll hub", command: (count) => [tools.hub, String(count)] },
    {
      id: "seed",
      title: "seed's Python, non-blocking",
      command: (count) => [python, here("../peers/hub_seed.py"), String(count)],
      skipped: python === undefined ? "no python3" : undefined,
    },
  ];
}

/** ttybus, where it has been built: no distribution has it. */
export function ttybus() {
  const programs = process.env.ANYSERIAL_BENCH_TTYBUS;
  return {
    id: "ttybus",
    title: "ttybus",
    command: (count) => [process.execPath, here("ttybus.mjs"), String(count), programs],
    skipped: programs === undefined ? WITHOUT_TTYBUS : undefined,
  };
}

/** The command of our hub; `options` are the network's. */
export function ourHub(count, options = {}) {
  const entry = pathToFileURL(here("../../packages/hub/dist/index.js")).href;
  const script = here("anyserial-hub.mjs");
  return [process.execPath, script, String(count), entry, JSON.stringify(options)];
}

/** Starts a hub. */
export async function startHub(title, command, count) {
  const child = new Child(title, command);
  const paths = [];
  while (paths.length < count) paths.push(await child.nextLine());
  return { child, paths };
}

/**
 * Starts the command `anyserial hub` with so many emulated ports on one bus, and `listen` of the configuration; `pid`
 * is its process, `http` its address.
 */
export async function startCommandHub(count, listen) {
  const folder = mkdtempSync(join(tmpdir(), "hub-"));
  const paths = Array.from({ length: count }, (_, index) => join(folder, `m${index}`));
  const members = Object.fromEntries(paths.map((port, index) => [`m${index}`, { port }]));
  const file = join(folder, "hub.yaml");
  writeFileSync(file, JSON.stringify({ networks: { bench: { members } }, listen })); // which is YAML, too
  const command = [process.execPath, here("../../packages/cli/bin/anyserial.js"), "hub", file];
  const child = new Child("anyserial hub", [...command, "--json"], { XDG_RUNTIME_DIR: folder });
  for (;;) {
    const { event, pid, http } = await child.answer();
    if (event === "ready") return { child, paths, pid, http };
  }
}

/** Starts a hub and the applications on it. */
export async function startLoadedHub(tools, { id, title, command }, count) {
  return startLoad(tools, id, await startHub(title, command(count), count));
}

/** Starts the applications on a hub. */
export async function startLoad(tools, id, hub) {
  const load = new Child("hub-load.c", [tools.load, ...hub.paths]);
  await load.answer();
  const kill = () => {
    load.kill();
    hub.child.kill();
  };
  return { id, hub: hub.child, load, kill };
}

function here(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}
