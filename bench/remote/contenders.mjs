// Servers of a port, and their clients, each a process of its own.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../tools/test-support/dist/loopback.js";
import { Child } from "../child.mjs";
import { entryOf, findPython, nodeCommand } from "../contenders.mjs";

const PACKAGE = fileURLToPath(new URL("../../packages/anyserial", import.meta.url));
const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/anyserial.js", import.meta.url));

/** Why a program is left out. */
export const lacks = {
  ser2net: missing("ser2net", "-v"),
  socat: missing("socat", "-V"),
  pyserial: findPython() === undefined ? "no python3 with the serial module" : undefined,
};

/** Starts `anyserial serve`. @returns `{ child, port, pid }` */
export async function startAnyserial(path, args) {
  const command = [process.execPath, COMMAND, "serve", path, "--listen", "127.0.0.1:0", "--json"];
  const child = new Child("anyserial serve", withStatus([...command, ...args]));
  const { address } = await child.answer();
  return { child, port: Number(new URL(address.replace(/^\w+/, "http")).port) };
}

/** Starts ser2net; `protocol` is `rfc2217` or `raw`. It waits for no second byte, and sends each at once. */
export async function startSer2net(path, { protocol, connections = 1 }) {
  const port = await freePort();
  const accepter = protocol === "raw" ? "tcp(nodelay)" : "telnet(rfc2217),tcp(nodelay)";
  const file = join(tmpdir(), `ser2net-${port}.yaml`);
  const lines = [
    "connection: &one",
    `  accepter: ${accepter},127.0.0.1,${port}`,
    `  connector: serialdev,${path},115200n81,local`,
    "  options:",
    "    chardelay: false",
    `    max-connections: ${connections}`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const command = ["setpriv", "--pdeathsig", "KILL", "ser2net", "-n", "-c", file];
  return { child: new Child("ser2net", command), port };
}

/** Starts socat as a relay between one client and the port. */
export async function startSocat(path) {
  const port = await freePort();
  const ends = [`TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,nodelay`, `${path},raw,echo=0`];
  const command = ["setpriv", "--pdeathsig", "KILL", "socat", "-b", "65536", ...ends];
  return { child: new Child("socat", command), port };
}

/** The programs at the other end of the connection; each is given the port and the scheme. */
export const CLIENTS = {
  anyserial: ({ port, scheme }) =>
    startClient("anyserial", [
      ...nodeCommand("anyserial-client.mjs", entryOf(PACKAGE)),
      `${scheme}://127.0.0.1:${port}`,
    ]),
  c: ({ port, tools }) => startClient("C client", [tools.rawClient, `tcp:${port}`]),
  pyserial: ({ port, scheme }) =>
    startClient("pySerial", [
      findPython(),
      fileURLToPath(new URL("../peers/pyserial_client.py", import.meta.url)),
      `${scheme}://127.0.0.1:${port}?ign_set_control`, // on a pty ser2net does not answer to DTR
    ]),
};

/** Processor time of a process so far, in milliseconds; see proc_pid_stat(5). */
export function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  const ticksPerSecond = 100;
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000;
}

async function startClient(name, command) {
  const child = new Child(name, command);
  await child.answer();
  return child;
}

/** Status is printed on standard error. */
function withStatus(command) {
  return ["sh", "-c", 'exec "$@" 2>&1', "sh", ...command];
}

function missing(program, option) {
  return spawnSync(program, [option]).error === undefined ? undefined : `${program} is not there`;
}
