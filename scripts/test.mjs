// Runs the compiled tests of every package with node:test: `node scripts/test.mjs [part of a path]…`.
// It goes by the sources, so what a deleted test left in .test never runs. A file that does not end
// in time is killed, and fails. One run() per file, since `timeout` bounds files on Node 20 only.
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec as Spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const FILE_TIMEOUT_SECONDS = 60;
const RUNNER_SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) \d/;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const filters = process.argv.slice(2).map((path) => relative("", path).replaceAll("\\", "/"));
const files = readdirSync("packages")
  .flatMap(listTests)
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
const count = { passed: 0, failed: 0, skipped: 0 };
const skips = [];

if (files.length === 0) {
  console.error(`test: no test file matches ${filters.join(" ") || "packages/*/test"}`);
  process.exit(1);
}

const reporter = new PassThrough({ objectMode: true });
const output = reporter.compose(new Spec());
output.pipe(process.stdout, { end: false });
const queue = [...files];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, runQueue));
reporter.end();
await finished(output, { writable: false });

if (skips.length > 0) console.log(`\nSkipped:\n${skips.join("\n")}`);
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 ? 1 : 0;

function listTests(name) {
  const directory = `packages/${name}/test`;
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `${directory}/${file.replaceAll("\\", "/")}`);
}

async function runQueue() {
  for (let file = queue.shift(); file; file = queue.shift()) await runFile(file);
}

/** Runs one test file; hands its events on only when it ended, so that files do not mix. */
async function runFile(source) {
  const compiled = resolve(source.replace("/test/", "/.test/").replace(/\.ts$/, ".js"));
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`still running after ${FILE_TIMEOUT_SECONDS} s`)),
    FILE_TIMEOUT_SECONDS * 1000,
  );
  const before = count.passed + count.failed + count.skipped;
  const events = [];
  for await (const event of run({ files: [compiled], signal: controller.signal })) {
    const { type, data } = event;
    if (type === "test:summary" || RUNNER_SUMMARY.test(data?.message)) continue;
    if (type === "test:pass" || type === "test:fail") tally(event, source, compiled);
    events.push(event);
  }
  clearTimeout(timer);
  const ranNone = count.passed + count.failed + count.skipped === before;
  if (ranNone) count.failed++;
  const title = ranNone ? `${source}: no test ran, which fails` : source;
  reporter.write({ type: "test:stdout", data: { message: `\n${title}\n` } });
  for (const event of events) reporter.write(event);
}

function tally({ type, data }, source, compiled) {
  const isFile = data.nesting === 0 && resolve(data.name) === compiled;
  const isSuite = data.details?.type === "suite";
  const reason = data.skip ?? (data.todo === undefined ? undefined : `todo: ${data.todo}`);
  if (reason !== undefined) {
    count.skipped++;
    skips.push(`- ${source}: ${data.name}: ${reason === true ? "no reason given" : reason}`);
  } else if (type === "test:fail") {
    const failureType = data.details?.error?.failureType;
    if (!(isSuite && failureType === "subtestsFailed")) count.failed++;
  } else if (!(isFile || isSuite)) count.passed++;
}
