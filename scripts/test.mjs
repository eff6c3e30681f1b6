// Runs the compiled tests of every package with node:test: `node scripts/test.mjs [part of a
// path]…`. It goes by the sources, so the output of a deleted test in .test never runs. A file that
// does not end in time is killed, and fails. Tests that need Linux are skipped elsewhere, visibly;
// naming a file, or ANYSERIAL_TEST_ALL=1 in the environment, runs it all the same. `--slow` runs
// the slow tests only, which are left out otherwise; `--long` the random and racing ones only, several
// times as much of each.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { closingLines, runTestFiles } from "./test-files.mjs";

/** Ends a file that hangs. The longest take 15 s on a quiet machine. */
const FILE_TIMEOUT_SECONDS = 120;
/** So many times as much of a random test, in as many times its time. */
const LONG_FACTOR = 6;
/** Files that take long begin first, so that no processor waits for the last of them. */
const LONGEST_FIRST = [/\/integration\//, /\/conformance\//];
/** Tests whose length is given by a function of this file can be run for longer. */
const HAS_RUNS = /\/helpers\/runs\.ts"/;
/** So many unit test files share a process: starting one takes longer than most of them. */
const BATCH_FILES = 16;
/** A file that changes its process, or that has hooks for all tests of it, has a process of its own. */
const NEEDS_OWN_PROCESS =
  /^(before|after)(Each)?\(|mock\.timers|\bprocess\.(on|once|chdir|exitCode|env)\b|\bglobalThis\b|\bgc\b|fakeable-timers|young-generation|open-ports\.js"/m;
/**
 * Tests that start many processes or threads one after the other, provoke many races or wait for long, and the
 * conformance suite over backends of other systems and over raw sockets.
 */
const SLOW = new RegExp(
  `^test/examples/|/integration/([\\w-]+/)?(${[
    "changed-globals|cluster|fake-timers|hub-demo|hub-devices|hub-live|koffi-missing|link-races",
    "memory|memory-process|monitor-terminal|overlaps?|package-copies|port-faults-full|process-end|refused-watch|register",
    "run|service-overlap|serving-process|survive-processes|tcp-vanish|waiting|web|workers",
  ].join(
    "|",
  )})\\.test|/conformance/(darwin-pty|freebsd-pty|netbsd-pty|remote-socket|windows-fake|windows-late-cancel)\\.test`,
);
/** Tests over real ptys as Linux has them, and over /proc, inotify and strace. */
const NEEDS_LINUX = /\/(integration|examples|conformance\/\w+-pty|unit\/sessions)[/.]/;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const args = process.argv.slice(2);
const isLong = args.includes("--long");
const isSlow = args.includes("--slow");
if (isLong) process.env.ANYSERIAL_TEST_RUNS = String(LONG_FACTOR);
const paths = args.filter((arg) => arg !== "--long" && arg !== "--slow");
const filters = paths.map((path) => relative("", path).replaceAll("\\", "/"));
const chosen = [...readdirSync("packages").map((name) => `packages/${name}/test`), "test/examples"]
  .flatMap(listTests)
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .filter((file) => isLong || filters.length > 0 || SLOW.test(file) === isSlow)
  .filter((file) => !isLong || HAS_RUNS.test(readFileSync(file, "utf8")))
  .sort((a, b) => orderOf(a) - orderOf(b) || (a < b ? -1 : 1));
const skipsLinux =
  process.platform !== "linux" && filters.length === 0 && process.env.ANYSERIAL_TEST_ALL !== "1";
const [files, skipped] = [false, true].map((isSkipped) =>
  chosen.filter((file) => (skipsLinux && NEEDS_LINUX.test(file)) === isSkipped),
);

if (files.length === 0) {
  console.error(`test: no test file matches ${filters.join(" ") || "packages/*/test"}`);
  process.exit(1);
}

const count = await runTestFiles(
  batches(files).map((sources) =>
    sources.map((source) => ({ source, compiled: compiledFile(source) })),
  ),
  {
    timeoutSeconds: FILE_TIMEOUT_SECONDS * (isLong ? LONG_FACTOR : 1),
    parallel: Math.min(availableParallelism() + 2, 4), // two more: many wait for the kernel or for a program
  },
);
count.skipped += skipped.length;
count.skips.push(...skipped.map((file) => `- ${file}: needs Linux, this is ${process.platform}`));
console.log(closingLines(count));
process.exitCode = count.failed > 0 ? 1 : 0;

function listTests(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `${directory}/${file.replaceAll("\\", "/")}`);
}

/** Each array runs in one process. */
function batches(sources) {
  const own = [];
  const shared = new Map();
  for (const source of sources) {
    const [, unit] = /^(packages\/[\w-]+\/test\/unit)\//.exec(source) ?? [];
    if (unit === undefined || NEEDS_OWN_PROCESS.test(readFileSync(source, "utf8"))) {
      own.push([source]);
      continue;
    }
    const groups = shared.get(unit) ?? [[]];
    shared.set(unit, groups);
    if (groups.at(-1).length === BATCH_FILES) groups.push([]);
    groups.at(-1).push(source);
  }
  return [...own, ...[...shared.values()].flat()].filter((group) => group.length > 0);
}

function orderOf(file) {
  const kind = LONGEST_FIRST.findIndex((pattern) => pattern.test(file));
  return kind === -1 ? LONGEST_FIRST.length : kind;
}

function compiledFile(source) {
  const compiled = source.startsWith("test/")
    ? source.replace(/^test\/\w+\//, "$&.test/")
    : source.replace("/test/", "/.test/");
  return resolve(compiled.replace(/\.ts$/, ".js"));
}
