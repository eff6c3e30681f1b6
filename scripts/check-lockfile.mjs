// Checks package-lock.json: it fits each package.json, names no registry, and has an entry for every
// optional package of every platform. With --fix it repairs the last two.
//
// Kept because npm still writes an incomplete lockfile: npm 11.19, run on Linux where node_modules is there and the
// lockfile is not, left out 19 of koffi's 20 packages (npm/cli#4828), and `npm ci` then fails on the other systems.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = ["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64"];

/** Reads the platform out of a package name such as `@scope/binding-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.replace(/.*\//, "").split("-");
  const has = (word) => words.some((w) => w === word);
  const arm32 = words.some((w) => w === "armv7" || w.endsWith("eabihf") || w === "eabi");
  const cpu = processors.filter((p) => has(p) || (p === "arm" && arm32));
  return {
    cpu,
    os: systems.filter(has),
    libc: has("musl") || has("musleabihf") ? ["musl"] : has("gnu") ? ["glibc"] : undefined,
  };
}

/** Compares what the lockfile says of a workspace with the workspace itself. */
function differsFromManifest(path) {
  if (path.includes("node_modules/")) return false;
  const manifest = JSON.parse(readFileSync(new URL(`../${path}/package.json`, import.meta.url)));
  const fields = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  const pick = (source) =>
    JSON.stringify(fields.map((name) => Object.entries(source[name] ?? {}).sort()));
  return pick(manifest) !== pick(lock.packages[path]);
}

const problems = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  if (/^https?:/.test(entry.resolved ?? "")) {
    problems.push(`${path} names a registry`);
    delete entry.resolved;
  }
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const found = Object.keys(lock.packages).some((p) => p.endsWith(`node_modules/${name}`));
    const { os, cpu, libc } = platformOf(name);
    if (found || !/^\d[^ ]*$/.test(range) || os.length === 0 || cpu.length === 0) continue;
    problems.push(`${name}@${range} has no entry`);
    const dev = entry.dev;
    lock.packages[`node_modules/${name}`] = { version: range, cpu, dev, libc, optional: true, os };
  }
}

const stale = Object.keys(lock.packages).filter(differsFromManifest);
for (const path of stale) {
  console.error(`check-lockfile: ${path || "the root"} differs from its package.json: npm install`);
}

if (problems.length > 0 && process.argv.includes("--fix")) {
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en"));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`check-lockfile: repaired ${problems.length} entries`);
} else {
  for (const problem of problems) console.error(`check-lockfile: ${problem}`);
  if (problems.length > 0)
    console.error("check-lockfile: run node scripts/check-lockfile.mjs --fix");
}
if (stale.length > 0 || (problems.length > 0 && !process.argv.includes("--fix"))) {
  process.exitCode = 1;
}
