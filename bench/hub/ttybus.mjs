// ttybus with so many emulated ports: starts tty_bus and one tty_fake for each port, prints their
// paths. The programs are built by whoever wants the row; they end with this one.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const LONGEST_START_MS = 10_000;
const [count, programs] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "anyserial-bench-ttybus-"));
const socket = join(folder, "bus");

const start = (name, ...args) =>
  spawn("setpriv", ["--pdeathsig", "KILL", join(programs, name), "-s", socket, ...args], {
    stdio: "ignore",
  });

async function appeared(path) {
  for (let left = LONGEST_START_MS; !existsSync(path); left -= 10) {
    if (left <= 0) throw new Error(`ttybus did not make ${path}`);
    await sleep(10);
  }
}

start("tty_bus");
await appeared(socket);
const paths = Array.from({ length: Number(count) }, (_, index) => join(folder, `m${index}`));
for (const path of paths) {
  start("tty_fake", path);
  await appeared(path);
  console.log(path);
}
for await (const _ of process.stdin); // until there are no more requests
rmSync(folder, { recursive: true, force: true });
process.exit(0);
