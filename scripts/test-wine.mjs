// `npm run test:wine -- [--bench] [--node=VERSION] [part of a file name…]`: the Windows backend
// over real Win32 calls, under Wine. Installs what is missing, joins COM ports on ptys by cables,
// and runs the compiled conformance and Windows tests by `node.exe --test` on several versions of
// Node.js. Ends with "N passed, N failed, N skipped"; skips visibly where Wine is unavailable;
// leaves no process behind.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setUp } from "./setup.mjs";
import {
  cache,
  compileShim,
  makePrefix,
  obtainNode,
  obtainWine,
  stagePackage,
} from "./wine/install.mjs";

const TOTAL_SECONDS = 560;
const FILE_SECONDS = 120;
const PORT_COUNT = 48;
/** The first runs every test, the others those that depend on the runtime. */
const VERSIONS = ["20.20.2", "22.23.3", "24.21.0", "26.10.0"];
const ON_EVERY_VERSION = ["process.wine.js"];

const started = performance.now();
const options = process.argv.slice(2);
const isBench = options.includes("--bench");
const wantedNode = options.find((option) => option.startsWith("--node="))?.slice(7) ?? "";
const filters = options.filter((option) => !option.startsWith("--"));
const count = { passed: 0, failed: 0, skipped: 0 };

setUp();
await main();
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 ? 1 : 0;

async function main() {
  mkdirSync(cache, { recursive: true });
  const wine = obtainWine();
  if (wine.reason !== undefined) return skip("Windows tests", wine.reason);
  const staged = stagePackage({ withPeer: isBench });
  if (staged.reason !== undefined) return skip("Windows tests", staged.reason);
  const folder = join(cache, "ports");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const prefix = makePrefix({ wine, prefix: join(cache, "prefix"), folder, portCount: PORT_COUNT });
  if (prefix.reason !== undefined) return fail("the prefix of Wine", prefix.reason);
  const shim = compileShim();
  const linesFile = shim === undefined ? undefined : join(cache, "modem-lines");
  const { serveCables } = await import("./wine/cable.mjs"); // built by setUp()
  const cables = await serveCables({ folder, portCount: PORT_COUNT, linesFile });
  const env = {
    ...prefix.env,
    ANYSERIAL_WINE_CABLES: String(cables.port),
    ANYSERIAL_WINE_COMMAND: join(staged.stage, "node_modules/@anyserial/cli/bin/anyserial.js"),
    ...(shim === undefined ? {} : { LD_PRELOAD: shim, ANYSERIAL_WINE_LINES: linesFile }),
  };
  // In the foreground and on our account: started by a test, it would write into the test's output. In a
  // group of its own: a signal to ours must not end it before the programs that only it can end.
  const server = spawn(wine.server, ["-f", "-p"], { env, stdio: "ignore", detached: true });
  const ended = new Promise((resolve) => server.once("close", resolve));
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      endWine(wine, env);
      process.exit(1);
    });
  }
  try {
    for (const version of VERSIONS.filter((each) => each.startsWith(wantedNode)))
      await testOn({ version, wine, env, stage: staged.stage });
  } finally {
    endWine(wine, env);
    const timer = setTimeout(() => server.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
    await cables.close();
  }
}

/** Ends the server of the prefix, and with it every Windows program. */
function endWine(wine, env) {
  spawnSync(wine.server, ["-k"], { env, timeout: 10_000 });
}

async function testOn({ version, wine, env, stage }) {
  const node = obtainNode(version);
  if (node.reason !== undefined) return skip(`Node.js ${version}`, node.reason);
  const isFirst = version === VERSIONS[0] || wantedNode !== "";
  const files = readdirSync(join(stage, "anyserial/.test/wine"))
    .filter((name) => name.endsWith(".wine.js"))
    .filter(
      (name) =>
        (isBench || !name.startsWith("bench")) && (isFirst || ON_EVERY_VERSION.includes(name)),
    )
    .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)));
  for (const name of files) {
    const path = join(stage, "anyserial/.test/wine", name);
    await runFile({
      title: `Node.js ${version}: ${name}`,
      command: [wine.program, node.program, "--test", "--test-reporter=tap", path],
      env,
    });
  }
}

/** Runs one test file; under Wine its output must be a file. */
async function runFile({ title, command, env }) {
  const left = TOTAL_SECONDS - (performance.now() - started) / 1000;
  if (left < 5) return fail(title, "no time left");
  const path = join(cache, "output.txt");
  const file = openSync(path, "w");
  const seconds = Math.min(FILE_SECONDS, Math.floor(left));
  const status = await run(command, { env, stdio: ["ignore", file, file], seconds });
  closeSync(file);
  report(title, status, readFileSync(path, "utf8").replaceAll("\r", ""));
}

function report(title, status, output) {
  const lines = output.split("\n");
  const skipped = lines.filter((line) => /^(not )?ok \d+ .* # (SKIP|TODO)/.test(line)).length;
  const passed = lines.filter((line) => /^ok \d+/.test(line) && !/# (SKIP|TODO)/.test(line)).length;
  const failed = lines.filter((line) => /^not ok/.test(line) && !/# (SKIP|TODO)/.test(line)).length;
  console.log(`${title}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  for (const [, name, reason] of output.matchAll(/^\s*ok \d+ - (.*) # SKIP (.*)$/gm)) {
    console.log(`  skipped ${name}: ${reason}`);
  }
  for (const [, told] of output.matchAll(/^# (bench: .*)$/gm)) console.log(`  ${told}`);
  count.passed += passed;
  count.skipped += skipped;
  count.failed += failed;
  if (failed === 0 && status !== 0) count.failed++;
  if (failed === 0 && status === 0 && passed === 0) count.failed++;
  if (status !== 0) console.log(`${title}: ended with ${status}\n${output}`);
}

function skip(title, reason) {
  count.skipped++;
  console.log(`skipped ${title}: ${reason}`);
}

function fail(title, reason) {
  count.failed++;
  console.log(`FAILED  ${title}: ${reason}`);
}

/** Runs a command within its time. */
function run([command, ...args], { seconds, ...options }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, seconds * 1000);
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve(isLate ? `no end after ${seconds} s` : (code ?? signal));
    });
  });
}
