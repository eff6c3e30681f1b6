// Compiles the C programs into a temporary folder, which is removed at exit.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Child } from "./child.mjs";

/** Compiles them; returns their paths. */
export function compilePeers() {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const compile = (name) => {
    const source = fileURLToPath(new URL(`peers/${name}.c`, import.meta.url));
    const program = join(folder, name);
    const result = spawnSync("cc", ["-O2", "-pthread", "-o", program, source], {
      stdio: "inherit",
    });
    if (result.status !== 0) throw new Error(`cc cannot compile ${name}.c: is a C compiler here?`);
    return program;
  };
  return {
    awake: compile("awake"),
    echo: compile("echo"),
    flood: compile("flood"),
    rawClient: compile("raw-client"),
    load: compile("remote-load"),
  };
}

/** Starts echo.c with so many ports. */
export async function startEcho(tools, count = 1) {
  const child = new Child("echo.c", [tools.echo, String(count)]);
  const paths = [];
  while (paths.length < count) paths.push(await child.nextLine());
  return { child, paths };
}

/** Starts flood.c. */
export async function startFlood(tools) {
  const child = new Child("flood.c", [tools.flood]);
  return { child, paths: [await child.nextLine()] };
}
