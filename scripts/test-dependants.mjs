// `npm run test:dependants -- [part of a path]…`: programs from npm, unchanged, over our packages in place of those
// that they were written for. Each folder of test/dependants with a package.json is a group: it is installed from its
// own lockfile into node_modules/.cache/dependants, our packages are laid into it as published, where an alias or an
// override would put them, and its test files run there.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setUp } from "./setup.mjs";
import { closingLines, runTestFiles } from "./test-files.mjs";

const INSTALL_SECONDS = 240;
/** A file may install several projects. */
const FILE_SECONDS = 150;
/** Ours, by the folder in packages/. */
const PACKAGES = {
  anyserial: "anyserial",
  "@anyserial/hub": "hub",
  "@anyserial/bindings-cpp": "bindings-cpp",
  "@anyserial/serialport": "serialport",
};
/** Where the originals were, and what takes their places. */
const REPLACED = {
  serialport: "serialport",
  "@serialport/bindings-cpp": "bindings-cpp",
};
/** Dependencies of ours that no group needs to name. */
const OWN = [
  /^koffi$/,
  /^@koromix$/,
  /^yaml$/,
  /^prom-client$/,
  /^tdigest$/,
  /^bintrees$/,
  /^@opentelemetry$/,
];
/** An older original exports other names: a program that needs one keeps it. */
const OLDEST_MAJOR = 10;

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "test/dependants");
const filters = process.argv.slice(2);

setUp();
const count = { passed: 0, failed: 0, skipped: 0, skips: [] };
for (const group of readdirSync(sources)) {
  if (existsSync(join(sources, group, "package.json"))) await runGroup(group);
}
console.log(closingLines(count));
if (count.failed > 0 || count.passed === 0) process.exitCode = 1;

async function runGroup(group) {
  const source = join(sources, group);
  const names = readdirSync(source).filter(
    (name) => name.endsWith(".test.mjs") && isWanted(`${group}/${name}`),
  );
  if (names.length === 0) return;
  const folder = join(root, "node_modules/.cache/dependants", group);
  const problem = install(source, folder);
  if (problem !== undefined) {
    console.log(`FAILED  ${group}: ${problem}`);
    count.failed++;
    return;
  }
  layPackages(join(folder, "node_modules"));
  const tests = join(folder, "tests");
  rmSync(tests, { recursive: true, force: true });
  cpSync(source, join(tests, group), { recursive: true });
  cpSync(join(sources, "helpers"), join(tests, "helpers"), { recursive: true });
  const batches = names.map((name) => [
    { source: `test/dependants/${group}/${name}`, compiled: join(tests, group, name) },
  ]);
  const result = await runTestFiles(batches, { timeoutSeconds: FILE_SECONDS, parallel: 2 });
  for (const name of ["passed", "failed", "skipped"]) count[name] += result[name];
  count.skips.push(...result.skips);
}

function isWanted(path) {
  return filters.length === 0 || filters.some((filter) => path.includes(filter));
}

/** Installs a group if its lockfile changed. @returns Why that failed. */
function install(source, folder) {
  const lock = readFileSync(join(source, "package-lock.json"), "utf8");
  const stamp = join(folder, "installed-from.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return undefined;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) {
    cpSync(join(source, name), join(folder, name));
  }
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, stderr, error } = npm(["ci", ...flags], folder);
  if (status !== 0) return `npm cannot install it: ${error?.message ?? stderr.trim()}`;
  writeFileSync(stamp, lock);
  return undefined;
}

/** Puts our packages where npm would, with an alias for the originals. */
function layPackages(modules) {
  for (const [name, folder] of Object.entries(PACKAGES)) lay(folder, join(modules, name));
  for (const [name, folder] of Object.entries(REPLACED)) lay(folder, join(modules, name));
  for (const copy of nestedCopies(modules)) rmSync(copy, { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!OWN.some((pattern) => pattern.test(name))) continue;
    const target = join(modules, name);
    const from = realpathSync(join(root, "node_modules", name));
    if (!existsSync(target)) cpSync(from, target, { recursive: true });
  }
}

function lay(folder, target) {
  rmSync(target, { recursive: true, force: true });
  for (const part of ["dist", "package.json"]) {
    cpSync(join(root, "packages", folder, part), join(target, part), { recursive: true });
  }
}

/** Originals of other versions, below the packages that asked for them: an override takes these as well. */
function nestedCopies(modules) {
  return packagesIn(modules).flatMap((folder) => {
    const nested = join(folder, "node_modules");
    if (!existsSync(nested)) return [];
    const own = Object.keys(REPLACED)
      .map((name) => join(nested, name))
      .filter((copy) => existsSync(copy) && majorOf(copy) >= OLDEST_MAJOR);
    return [...own, ...nestedCopies(nested)];
  });
}

function packagesIn(modules) {
  return readdirSync(modules).flatMap((name) => {
    if (name.startsWith(".")) return [];
    if (!name.startsWith("@")) return [join(modules, name)];
    return readdirSync(join(modules, name)).map((inner) => join(modules, name, inner));
  });
}

function majorOf(folder) {
  return Number.parseInt(
    JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version,
    10,
  );
}

function npm(args, cwd) {
  const script = process.env.npm_execpath;
  const isOwn = script?.endsWith("npm-cli.js");
  return spawnSync(isOwn ? process.execPath : "npm", isOwn ? [script, ...args] : args, {
    cwd,
    encoding: "utf8",
    shell: !isOwn && process.platform === "win32",
    timeout: INSTALL_SECONDS * 1000,
  });
}
