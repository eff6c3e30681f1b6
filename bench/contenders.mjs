// The contenders: for each one how it is started, or why it is left out.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Child } from "./child.mjs";

/** Where the distribution's own interpreter is, which is where python3-serial gets installed. */
const SYSTEM_PYTHON = "/usr/bin/python3";

const NODE_ARGS = ["--expose-gc"];

const TITLES = {
  anyserial: "anyserial",
  reactor: "anyserial, reactor thread",
  candidate: "anyserial, candidate",
  c: "raw C epoll",
  serialport: "node-serialport",
  pyserial: "pySerial",
};

/**
 * Lists the contenders of a run.
 *
 * @param tools Compiled programs, from compilePeers().
 * @param packageDir The built package under test.
 * @param candidateDir Another build of it to compare, or undefined.
 */
export function listContenders(tools, packageDir, candidateDir) {
  const python = findPython();
  return [
    anyserial("anyserial", packageDir),
    anyserial("reactor", packageDir, { ANYSERIAL_READINESS: "reactor" }),
    ...(candidateDir ? [anyserial("candidate", candidateDir)] : []),
    contender("c", [tools.rawClient]),
    contender("serialport", nodeCommand("serialport-client.mjs")),
    python
      ? contender("pyserial", [python, here("peers/pyserial_client.py")])
      : { id: "pyserial", title: TITLES.pyserial, skipped: "no python3 with the serial module" },
  ];
}

/** The command that runs one of the scripts beside this one. */
export function nodeCommand(script, ...args) {
  return [process.execPath, ...NODE_ARGS, here(script), ...args];
}

/** An interpreter that can import serial: $PYTHON, the first on the path, or the system's. */
export function findPython() {
  const candidates = [process.env.PYTHON, "python3", SYSTEM_PYTHON].filter(Boolean);
  return candidates.find((python) => spawnSync(python, ["-c", "import serial"]).status === 0);
}

/** URL of the main module of a built package. */
export function entryOf(packageDir) {
  return pathToFileURL(join(packageDir, "dist", "index.js")).href;
}

function anyserial(id, packageDir, env) {
  return contender(id, nodeCommand("anyserial-client.mjs", entryOf(packageDir)), env);
}

/** The packages for one stream class, in one program: ours and the original. */
export function listBindings() {
  const program = nodeCommand("serialport-client.mjs");
  const ours = { BENCH_SERIALPORT: "@anyserial/serialport" };
  return [
    { ...contender("anyserial", program, ours), title: "@anyserial/serialport" },
    { ...contender("serialport", program, {}), title: "serialport" },
  ];
}

function contender(id, command, env) {
  const title = TITLES[id];
  return {
    id,
    title,
    async start(paths) {
      const child = new Child(title, [...command, ...paths], env);
      await child.answer();
      return child;
    },
  };
}

function here(file) {
  return fileURLToPath(new URL(file, import.meta.url));
}
