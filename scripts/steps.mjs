// The list of checks, and their runner. `.ci/run` runs `all`, `npm run check` runs `check`, and the workflows
// run steps by name: `node scripts/steps.mjs [--seconds N] all|check|NAME…`. A step has passed if it exits with
// 0 in its time. A failure does not stop the others. The last line adds up steps and their tests.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const REACTOR = { ANYSERIAL_READINESS: "reactor" };
const isRoot = process.getuid?.() === 0;

/**
 * In order: the first one installs and builds. `check` marks those that every commit has to pass, `isBeside` those
 * that run at the same time as the one before them: both wait most of the time.
 */
const STEPS = [
  { name: "test", seconds: 600, command: "npm test", check: true },
  { name: "user", seconds: 600, command: ".ci/as-user npm test", rootOnly: true },
  { name: "lint", seconds: 120, command: "npm run lint -- --colors=off", check: true },
  { name: "unused", seconds: 120, command: "npm run unused", check: true },
  { name: "types", seconds: 240, command: "npm run types", check: true },
  { name: "abi", seconds: 120, command: "npm run check:abi" },
  { name: "docs", seconds: 180, command: "npm run docs", check: true },
  { name: "examples", seconds: 120, command: "npm run examples" },
  { name: "packages", seconds: 300, command: "npm run pack:check", check: true },
  { name: "reactor", seconds: 600, command: "npm test", env: REACTOR },
  { name: "slow", seconds: 300, command: "npm run test:slow" },
  {
    name: "slow-user",
    seconds: 300,
    command: ".ci/as-user npm run test:slow",
    rootOnly: true,
  },
  { name: "slow-reactor", seconds: 300, command: "npm run test:slow", env: REACTOR },
  { name: "long", seconds: 300, command: "npm run test:long" },
  { name: "runners", seconds: 300, command: "npm run test:runners" },
  { name: "dependants", seconds: 600, command: "npm run test:dependants" },
  { name: "start", seconds: 60, command: "npm start -- --once" },
  { name: "peers", seconds: 400, command: "npm run test:peers" },
  { name: "cluster", seconds: 400, command: "npm run test:cluster", isBeside: true },
  { name: "browser", seconds: 300, command: "npm run test:browser" },
  { name: "bench", seconds: 300, command: "npm run test:bench" },
  { name: "fuzz", seconds: 240, command: "node scripts/fuzz-remote.mjs" },
  { name: "runtimes", seconds: 300, command: "npm run test:runtimes" },
  { name: "wine", seconds: 600, command: "npm run test:wine" },
  { name: "hil", seconds: 800, command: "npm run test:hil -- --keep-going" },
];
const KILL_AFTER_MS = 10_000;
/** A program that a step left behind may hold its output open. */
const OUTPUT_AFTER_EXIT_MS = 1000;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const count = { passed: 0, failed: 0 };
const summary = [];
/** Running children. */
const running = new Set();

process.on("exit", (code) => {
  if (code !== 0 && count.failed === 0) count.failed++;
  console.log(
    `\n== Steps\n${summary.join("\n")}\n\n${count.passed} passed, ${count.failed} failed`,
  );
});
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.on(signal, () => {
    for (const child of running) kill(child, "SIGKILL");
    process.exit(code);
  });
}

const { chosen, seconds } = readArguments(process.argv.slice(2));
for (const group of groups(chosen)) {
  const left = seconds - performance.now() / 1000;
  await Promise.all(group.map((step, index) => runStep(step, left, index === 0)));
}
if (count.failed > 0) process.exitCode = 1;

function readArguments(args) {
  const names = [...args];
  const at = names.indexOf("--seconds");
  const [, limit = Number.POSITIVE_INFINITY] = at === -1 ? [] : names.splice(at, 2).map(Number);
  const isGroup = (step) => names.includes("all") || (names.includes("check") && step.check);
  const unknown = names.filter(
    (name) => !["all", "check"].includes(name) && !STEPS.some((step) => step.name === name),
  );
  if (names.length === 0 || unknown.length > 0 || Number.isNaN(limit)) {
    console.error(`steps: unknown: ${unknown.join(" ") || "nothing to run"}`);
    process.exit(2);
  }
  const isChosen = (step) => names.includes(step.name) || isGroup(step);
  return { chosen: STEPS.filter((step) => isChosen(step) && canRun(step)), seconds: limit };
}

/** Steps that run at the same time. */
function groups(steps) {
  const made = [];
  for (const step of steps) {
    if (step.isBeside && made.length > 0) made.at(-1).push(step);
    else made.push([step]);
  }
  return made;
}

function canRun({ rootOnly = false }) {
  return isRoot || !rootOnly;
}

/** Runs a step within its time, or the rest of the total. Unless it is the first of its group, it prints at its end. */
async function runStep(step, left, isFirst) {
  const { name, command } = step;
  const started = performance.now();
  const bound = Math.min(step.seconds, left);
  const held = [];
  const print = isFirst ? (text) => process.stdout.write(text) : (text) => held.push(text);
  print(`\n== ${name}: ${command}\n`);
  const { isGood, tests } =
    bound > 0 ? await run(step, bound, print) : { isGood: false, tests: undefined };
  if (bound <= 0) print(`${name}: no time left\n`);
  process.stdout.write(held.join(""));
  const [, passed = 0, failed = 0] = tests ?? [];
  count.passed += Number(passed) + (isGood ? 1 : 0);
  count.failed += Number(failed) + (isGood ? 0 : 1);
  const took = Math.round((performance.now() - started) / 1000);
  const shown = tests === undefined ? "" : ` (${tests[0]})`;
  summary.push(`${isGood ? "ok    " : "FAILED"} ${String(took).padStart(4)} s  ${name}${shown}`);
}

async function run({ name, command, env }, bound, print) {
  const child = spawn(command, {
    shell: true,
    detached: process.platform !== "win32", // a group of its own, to be ended as a whole
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const output = [child.stdout, child.stderr].map((stream) => follow(stream, print));
  const timers = [
    setTimeout(() => {
      print(`${name}: stopped after ${Math.round(bound)} s\n`);
      kill(child, "SIGTERM");
    }, bound * 1000),
    setTimeout(() => kill(child, "SIGKILL"), bound * 1000 + KILL_AFTER_MS),
  ];
  const closed = new Promise((resolve) => child.once("close", resolve));
  const code = await new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", resolve);
  });
  running.delete(child);
  for (const timer of timers) clearTimeout(timer);
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, OUTPUT_AFTER_EXIT_MS))]);
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  return { isGood: code === 0, tests: output.map(({ tests }) => tests).find(Boolean) };
}

/** Ends a step as a whole. */
function kill(child, signal) {
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {} // it has ended
}

/** Prints the output of a step, and keeps the last line that counts tests. */
function follow(stream, print) {
  const found = { tests: undefined };
  let rest = "";
  stream.setEncoding("utf8").on("data", (chunk) => {
    print(chunk);
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      found.tests = line.match(/^(\d+) passed, (\d+) failed.*/) ?? found.tests;
    }
  });
  return found;
}
