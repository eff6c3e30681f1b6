// `npm run test:hil -- [--guest NAME]… [--only PART]… [--keep-going] [--shell] [--list]`: the Linux backend on
// the kernel's real drivers. Each guest in guests/ is a machine under QEMU that runs the test files
// in the folder of its name.
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { closingLines } from "../../scripts/test-files.mjs";
import { prepareGuest, provideTrees, runGuest } from "./machine/guest.mjs";
import { provideTree } from "./machine/trees.mjs";

const AT_ONCE = 2;

process.chdir(fileURLToPath(new URL("../..", import.meta.url)));
const { values: options } = parseArgs({
  options: {
    guest: { type: "string", multiple: true, default: [] },
    only: { type: "string", multiple: true, default: [] },
    "keep-going": { type: "boolean", default: false },
    shell: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
const cache = resolve(
  process.env.ANYSERIAL_HIL_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "anyserial-hil"),
);
const stopped = new AbortController();
const total = { passed: 0, failed: 0, skipped: 0, skips: [] };
for (const [name, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  process.on(name, () => {
    process.exitCode = code;
    stopped.abort();
  });
}

const guests = await chooseGuests();
const queue = [];
for (const guest of guests) {
  const files = testFiles(guest);
  if (options.list) for (const { source } of files) console.log(`${guest.name}  ${source}`);
  else if (files.length > 0) await prepare(guest, files);
}
if (options.shell) await openShell();
else if (!options.list) await runAll();

async function chooseGuests() {
  const names = readdirSync("test/hil/guests").map((file) => file.replace(/\.mjs$/, ""));
  const unknown = options.guest.find((name) => !names.includes(name));
  if (unknown !== undefined || (options.shell && options.guest.length !== 1)) {
    console.error(`hil: --guest takes ${options.shell ? "one" : "some"} of: ${names.join(", ")}`);
    process.exit(2);
  }
  const isNamed = ({ name }) => options.guest.includes(name);
  const modules = names.map((name) => import(`./guests/${name}.mjs`));
  const all = (await Promise.all(modules)).map(({ guest }) => guest);
  return all.filter((guest) => (options.guest.length > 0 ? isNamed(guest) : !guest.onlyNamed));
}

/** The test files of a guest: those in the folder of its name, and those of the library that it names. */
function testFiles({ name, libraryTests = [] }) {
  const folder = `test/hil/${name}`;
  const own = existsSync(folder) ? readdirSync(folder) : [];
  const parts = options.only.map((part) => relative("", part));
  return own
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `${folder}/${file}`)
    .concat(libraryTests.map((file) => `packages/anyserial/test/${file}.test.ts`))
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .sort()
    .map((source) => ({ source, compiled: resolve(compiledFile(source)) }));
}

function compiledFile(source) {
  const compiled = source.replace(/^(test\/hil\/|packages\/anyserial\/)(test\/)?/, "$1.test/");
  return compiled.replace(/\.ts$/, ".js");
}

/**
 * Fetches the files that a guest boots from; where they are unavailable its tests are skipped, with
 * the reason.
 */
async function prepare(guest, files) {
  const context = { cache, signal: stopped.signal, log: console.log };
  let provided;
  try {
    if (process.platform !== "linux" || process.arch !== "x64") {
      throw new Error("the machines are emulated on x86-64 Linux only");
    }
    provided = await provideTrees(guest.architecture, context);
  } catch (error) {
    skipAll(files, error.message);
    return;
  }
  const env = { ...guest.env, ...(await providePrograms(guest, context)) };
  queue.push({ prepared: await prepareGuest({ ...guest, env }, provided, context), files });
}

/** Fetches the programs that a guest names; without them the tests that need one are skipped. */
async function providePrograms({ programs = [], architecture }, context) {
  if (programs.length === 0) return {};
  const { architecture: processor } = architecture.trees.tools;
  const name = `programs-${processor}`;
  const tree = { name, architecture: processor, packages: programs, withDependencies: true };
  try {
    return { ANYSERIAL_HIL_PROGRAMS: (await provideTree(tree, context)).path };
  } catch (error) {
    console.log(`hil: ${programs.join(", ")} cannot be fetched: ${error.message}`);
    return {};
  }
}

function skipAll(files, reason) {
  total.skipped += files.length;
  total.skips.push(...files.map(({ source }) => `- ${source}: ${reason}`));
}

function bound({ prepared }) {
  return prepared.guest.timeoutSeconds;
}

async function runAll() {
  // The longest first, so that none runs alone in the end.
  const waiting = [...queue].sort((a, b) => bound(b) - bound(a));
  const runQueue = async () => {
    while (waiting.length > 0 && !stopped.signal.aborted) {
      if (total.failed > 0 && !options["keep-going"]) return;
      await runOne(waiting.shift());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runQueue));
  for (const { files } of waiting) skipAll(files, "not run after a failure");
  console.log(closingLines(total));
  if (total.failed > 0) process.exitCode ||= 1;
}

/** Runs one guest. Its output is held back while another one runs, so that they do not mix. */
async function runOne({ prepared, files }) {
  const { name } = prepared.guest;
  const isAlone = queue.length === 1;
  const held = [`\nGuest ${name} (${prepared.versions.join(", ")})\n`];
  const print = isAlone ? (data) => process.stdout.write(data) : (data) => held.push(data);
  if (isAlone) print(held[0]);
  const start = Date.now();
  const result = await runGuest(prepared, { files, signal: stopped.signal, print });
  const { passed = 0, failed = 1, skipped = 0, skips = [], failure } = result;
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  total.skips.push(...skips);
  if (failure) print(`\n✖ ${name}: ${failure}\n`);
  print(`\nGuest ${name}: ${Math.round((Date.now() - start) / 1000)} s\n`);
  if (!isAlone) process.stdout.write(held.join(""));
}

async function openShell() {
  const [only] = queue;
  if (only === undefined) console.error(total.skips.join("\n"));
  else await runGuest(only.prepared, { ...only, shell: true, signal: stopped.signal });
}
