// Runs compiled test files with node:test, reports them and counts what passed, failed and was skipped.
// One run() per file, since `timeout` bounds files on Node 20 only.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec as Spec } from "node:test/reporters";
import { pathToFileURL } from "node:url";

const RUNNER_SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) \d/;

/**
 * Runs test files and prints the report of each.
 *
 * @param batches Files that share a process; of each file `{ source, compiled }`: its name in the report, and
 *   the module that runs.
 * @param options `timeoutSeconds` after which a process is killed, and its files fail; `parallel`
 *   processes at a time.
 * @returns Numbers of tests `passed`, `failed` and `skipped`, and a line for each of the `skips`.
 */
export async function runTestFiles(batches, { timeoutSeconds, parallel }) {
  const reporter = new PassThrough({ objectMode: true });
  const output = reporter.compose(new Spec());
  output.pipe(process.stdout, { end: false });
  const count = { passed: 0, failed: 0, skipped: 0, skips: [] };
  const queue = [...batches];
  const runQueue = async () => {
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      await runBatch(batch, { timeoutSeconds, isAlone: parallel === 1, reporter, count });
    }
  };
  await Promise.all(Array.from({ length: parallel }, runQueue));
  reporter.end();
  await finished(output, { writable: false });
  return count;
}

/** The last lines of a run: the skipped tests with their reasons, and the counts. */
export function closingLines({ passed, failed, skipped, skips }) {
  const list = skips.length > 0 ? `\nSkipped:\n${skips.join("\n")}\n` : "";
  return `${list}\n${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Runs one process. Beside others, its events are handed on when it has ended: files do not mix. */
async function runBatch(batch, { timeoutSeconds, isAlone, reporter, count }) {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`still running after ${timeoutSeconds} s`)),
    timeoutSeconds * 1000,
  );
  const heading = batch.map(({ source }) => `\n${source}`).join("");
  const ran = new Set();
  const events = [];
  const say = (message) => reporter.write({ type: "test:stdout", data: { message } });
  const { path, remove } = entryOf(batch);
  if (isAlone) say(`${heading}\n`);
  for await (const event of run({ files: [path], signal: controller.signal })) {
    const { type, data } = event;
    if (type === "test:summary" || RUNNER_SUMMARY.test(data?.message)) continue;
    if (type === "test:pass" || type === "test:fail") {
      const file = batch.find(({ compiled }) => resolve(data.file ?? "") === compiled) ?? batch[0];
      if (tally(event, { source: file.source, entry: path, count })) ran.add(file);
    }
    if (isAlone) reporter.write(event);
    else events.push(event);
  }
  clearTimeout(timer);
  remove();
  const idle = batch.filter((file) => !ran.has(file));
  count.failed += idle.length;
  if (!isAlone) say(`${heading}\n`);
  for (const { source } of idle) say(`\n${source}: no test ran, which fails\n`);
  for (const event of events) reporter.write(event);
}

/** The module that a process runs: of several files, one that imports them in turn. */
function entryOf([first, ...others]) {
  if (others.length === 0) return { path: first.compiled, remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), "anyserial-test-"));
  const path = join(folder, "batch.mjs");
  const imports = [first, ...others].map(
    ({ compiled }) => `import "${pathToFileURL(compiled).href}";`,
  );
  writeFileSync(path, `${imports.join("\n")}\n`);
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

/** Counts a result; returns whether it is one of a test of the file. */
function tally({ type, data }, { source, entry, count }) {
  const isEntry = data.nesting === 0 && resolve(data.name) === entry;
  const isSuite = data.details?.type === "suite";
  const reason = data.skip ?? (data.todo === undefined ? undefined : `todo: ${data.todo}`);
  if (reason !== undefined) {
    count.skipped++;
    count.skips.push(`- ${source}: ${data.name}: ${reason === true ? "no reason given" : reason}`);
  } else if (type === "test:fail") {
    const failureType = data.details?.error?.failureType;
    if (!(isSuite && failureType === "subtestsFailed")) count.failed++;
  } else if (!(isEntry || isSuite)) count.passed++;
  return !isEntry || type === "test:fail";
}
