// Runs compiled test files with node:test, reports them and counts what passed, failed and was skipped.
// One run() per file, since `timeout` bounds files on Node 20 only.
import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec as Spec } from "node:test/reporters";

const RUNNER_SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) \d/;

/**
 * Runs test files and prints the report of each.
 *
 * @param files `{ source, compiled }` of each: the name in the report, and what runs.
 * @param options `timeoutSeconds` after which a file is killed, and fails; `parallel` files at a time.
 * @returns Numbers of tests `passed`, `failed` and `skipped`, and a line for each of the `skips`.
 */
export async function runTestFiles(files, { timeoutSeconds, parallel }) {
  const reporter = new PassThrough({ objectMode: true });
  const output = reporter.compose(new Spec());
  output.pipe(process.stdout, { end: false });
  const count = { passed: 0, failed: 0, skipped: 0, skips: [] };
  const queue = [...files];
  const runQueue = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      await runFile(file, { timeoutSeconds, isAlone: parallel === 1, reporter, count });
    }
  };
  await Promise.all(Array.from({ length: parallel }, runQueue));
  reporter.end();
  await finished(output, { writable: false });
  return count;
}

/** The last lines of a run: what was skipped and why, and the counts. */
export function closingLines({ passed, failed, skipped, skips }) {
  const list = skips.length > 0 ? `\nSkipped:\n${skips.join("\n")}\n` : "";
  return `${list}\n${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Runs one test file. Beside others, its events are handed on when it has ended: files do not mix. */
async function runFile({ source, compiled }, { timeoutSeconds, isAlone, reporter, count }) {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`still running after ${timeoutSeconds} s`)),
    timeoutSeconds * 1000,
  );
  const before = count.passed + count.failed + count.skipped;
  const events = [];
  const say = (message) => reporter.write({ type: "test:stdout", data: { message } });
  if (isAlone) say(`\n${source}\n`);
  for await (const event of run({ files: [compiled], signal: controller.signal })) {
    const { type, data } = event;
    if (type === "test:summary" || RUNNER_SUMMARY.test(data?.message)) continue;
    if (type === "test:pass" || type === "test:fail") tally(event, { source, compiled, count });
    if (isAlone) reporter.write(event);
    else events.push(event);
  }
  clearTimeout(timer);
  const ranNone = count.passed + count.failed + count.skipped === before;
  if (ranNone) count.failed++;
  if (ranNone || !isAlone) say(`\n${source}${ranNone ? ": no test ran, which fails" : ""}\n`);
  for (const event of events) reporter.write(event);
}

function tally({ type, data }, { source, compiled, count }) {
  const isFile = data.nesting === 0 && resolve(data.name) === compiled;
  const isSuite = data.details?.type === "suite";
  const reason = data.skip ?? (data.todo === undefined ? undefined : `todo: ${data.todo}`);
  if (reason !== undefined) {
    count.skipped++;
    count.skips.push(`- ${source}: ${data.name}: ${reason === true ? "no reason given" : reason}`);
  } else if (type === "test:fail") {
    const failureType = data.details?.error?.failureType;
    if (!(isSuite && failureType === "subtestsFailed")) count.failed++;
  } else if (!(isFile || isSuite)) count.passed++;
}
