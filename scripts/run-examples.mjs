// Runs the examples that need nothing but a port: compiled, with an emulated port in place of
// /dev/ttyUSB0 that answers every line. An example must end with status 0, or print something and go on.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createVirtualPort } from "../packages/anyserial/dist/pty.js";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const PAGES = [
  "README.md",
  "docs/cancellation.md",
  "docs/configuration.md",
  "docs/migrate-from-node-serialport.md",
  "docs/migrate-from-pyserial.md",
];
const directory = resolve("node_modules/.cache/run-examples");
const END_BOUND_MS = 10_000;

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
const device = await createVirtualPort({ link: `${directory}/ttyUSB0` });
const examples = PAGES.flatMap(extract);
compile();

const answering = answer();
let failed = 0;
for (const { name, page } of examples) {
  const problem = await runExample(name);
  console.log(`${problem === undefined ? "ok    " : "FAILED"} ${page}: ${name}${problem ?? ""}`);
  if (problem !== undefined) failed++;
}
await device.close();
await answering;
console.log(`\n${examples.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || examples.length === 0 ? 1 : 0;

function extract(page) {
  const fences = readFileSync(page, "utf8").matchAll(/^```ts\n(.*?)^```$/gms);
  return [...fences].map(([, code], index) => {
    const name = `${page.replaceAll(/\W/g, "-")}-${index + 1}`;
    const text = code.replaceAll("/tmp/", `${directory}/`).replaceAll("/dev/ttyUSB0", device.path);
    writeFileSync(`${directory}/${name}.mts`, `${text}export {};\n`);
    return { name, page };
  });
}

function compile() {
  const compilerOptions = {
    target: "es2022",
    module: "nodenext",
    lib: ["es2023", "esnext.disposable"],
    types: ["node"],
    skipLibCheck: true,
  };
  writeFileSync(`${directory}/tsconfig.json`, JSON.stringify({ compilerOptions }));
  const tsc = ["node_modules/typescript/bin/tsc", "-p", directory];
  const result = spawnSync(process.execPath, tsc, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(result.stdout);
}

/** Plays the instrument: a reading for every line. */
async function answer() {
  for (;;) {
    const chunk = await device.receive().catch(() => undefined);
    if (chunk === undefined) return;
    const lines = Buffer.from(chunk).toString().split("\n").length - 1;
    await device.send(Buffer.from("12.500\n".repeat(lines))).catch(() => undefined);
  }
}

/** Returns what went wrong, if anything did. */
async function runExample(name) {
  const child = spawn(process.execPath, [`${directory}/${name}.mjs`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  let isTalking = false;
  child.stderr.on("data", (text) => {
    errors += text;
  });
  child.stdout.once("data", () => {
    isTalking = true;
    setTimeout(() => child.kill(), 500).unref(); // an endless example: it works, and would go on
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), END_BOUND_MS);
  const [code, signal] = await new Promise((done) => child.once("close", (...end) => done(end)));
  clearTimeout(timer);
  if (code === 0 || (signal === "SIGTERM" && isTalking)) return undefined;
  return `: ended with ${signal ?? code}\n${errors}`;
}
