// Runs the compiled tests of every package with node:test: `node scripts/test.mjs [part of a path]…`.
// It goes by the sources, so what a deleted test left in .test never runs. A file that does not end
// in time is killed, and fails. What needs Linux is skipped elsewhere, and says so; naming a file, or
// ANYSERIAL_TEST_ALL=1 in the environment, runs it all the same.
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { closingLines, runTestFiles } from "./test-files.mjs";

const FILE_TIMEOUT_SECONDS = 60;
/** Tests over real ptys as Linux has them, and over /proc, inotify and strace. */
const NEEDS_LINUX = /\/(integration|conformance\/\w+-pty|unit\/sessions)[/.]/;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const filters = process.argv.slice(2).map((path) => relative("", path).replaceAll("\\", "/"));
const chosen = readdirSync("packages")
  .flatMap(listTests)
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
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
  files.map((source) => ({ source, compiled: compiledFile(source) })),
  { timeoutSeconds: FILE_TIMEOUT_SECONDS, parallel: Math.min(availableParallelism(), 4) },
);
count.skipped += skipped.length;
count.skips.push(...skipped.map((file) => `- ${file}: needs Linux, this is ${process.platform}`));
console.log(closingLines(count));
process.exitCode = count.failed > 0 ? 1 : 0;

function listTests(name) {
  const directory = `packages/${name}/test`;
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `${directory}/${file.replaceAll("\\", "/")}`);
}

function compiledFile(source) {
  return resolve(source.replace("/test/", "/.test/").replace(/\.ts$/, ".js"));
}
