// Runs tests that use ports and a hub by other test runners, with real and with fake timers: Vitest in each of its
// pools, Jest by every set-up that docs/testing.md shows, and tsx in a package of type commonjs. The runners
// are kept in node_modules/.cache.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = `${root}node_modules/.cache/test-runners`;
const RUN_MS = 120_000;
const RUNNERS = {
  "@babel/core": "7.29.13",
  "@babel/preset-env": "7.29.14",
  jest: "30.5.2",
  "ts-jest": "29.4.15",
  tsx: "4.23.15",
  typescript: "5.9.3",
  vitest: "4.1.12",
};
const ENTRIES = {
  anyserial: "openSerialPort, PortNotFoundError",
  "anyserial/framing": "idleGap, lines",
  "anyserial/pty": "createVirtualPort",
  "anyserial/sync": "openSerialPortSync",
  "anyserial/testing": "serialPortPair",
  "@anyserial/hub": "createHub",
};
const IMPORTS = Object.entries(ENTRIES).map(([name, what]) => `import { ${what} } from "${name}";`);
const REQUIRES = Object.entries(ENTRIES).map(
  ([name, what]) => `const { ${what} } = require("${name}");`,
);

/** Uses every part of the library. */
const USE = `
async function use() {
  const folder = process.env.FOLDER;
  const device = await createVirtualPort();
  const port = await openSerialPort(device.path);
  const waiting = port.receive();
  await device.send(new TextEncoder().encode("hello"));
  equal(new TextDecoder().decode(await waiting), "hello");
  for (let round = 0; round < 100; round++) {
    await port.send(new Uint8Array(10));
    await device.receive();
  }
  const block = device.send(new Uint8Array(100_000).buffer);
  for (let left = 100_000; left > 0; ) left -= (await port.receive()).length;
  await block;
  await port.drain();
  await port.close();
  const blocking = openSerialPortSync(device.path);
  device.trySend(new Uint8Array(3));
  equal(blocking.receive({ timeoutMs: 5000 }).length, 3);
  blocking.close();
  await device.close();
  const error = await openSerialPort("/dev/there-is-no-such-port").catch((error) => error);
  equal(error instanceof PortNotFoundError, true);
  const pair = await serialPortPair();
  const received = pair.b.receive();
  await pair.a.send(new Uint8Array(2));
  equal((await received).length, 2);
  const instrument = pair.b.framed(lines());
  instrument.on("unsolicited", (question) => instrument.send(question + ": 21.5"));
  const options = { retries: 1, retryAfterMs: 5000, signal: AbortSignal.timeout(5000) };
  equal(await pair.a.framed(lines()).request("MEAS?", options), "MEAS?: 21.5");
  await pair.close();
  const bus = await serialPortPair();
  const message = bus.b.framed(idleGap({ ms: 5 })).receive();
  await bus.a.send(new Uint8Array(3));
  equal((await message).length, 3);
  await bus.close();
  const members = { a: { port: folder + "/a" }, b: { port: folder + "/b" } };
  const hub = await createHub({ networks: { plant: { members } } });
  const [a, b] = await Promise.all([openSerialPort(folder + "/a"), openSerialPort(folder + "/b")]);
  const heard = b.receive();
  await a.send(new Uint8Array(4));
  equal((await heard).length, 4);
  await Promise.all([a.close(), b.close()]);
  await hub.close();
}`;

/** Tests with real timers, with each way to fake them, and with real ones again. */
function tests(head, ways, restore) {
  const faked = ways.map(
    (fake, at) => `test("fake timers ${at}", async () => { ${fake}; await use(); });`,
  );
  return [
    ...head,
    USE,
    "const equal = (actual, expected) => expect(actual).toBe(expected);",
    `afterEach(() => void ${restore});`,
    'test("real timers", use);',
    ...faked,
    'test("real timers again", use);',
  ].join("\n");
}

const VITEST_TESTS = tests(
  ['import { afterEach, expect, test, vi } from "vitest";', ...IMPORTS],
  [
    "vi.useFakeTimers()",
    'vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "setImmediate", "Date", "performance", "queueMicrotask", "hrtime"] })',
  ],
  "vi.useRealTimers()",
);
const jestTests = (head) => tests(head, ["jest.useFakeTimers()"], "jest.useRealTimers()");

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "anyserial-runners-")));
const modules = join(scratch, "node_modules");
let failed = 0;
try {
  installRunners();
  layModules();
  for (const pool of ["forks", "threads", "vmThreads", "vmForks"]) {
    const files = { "port.test.js": VITEST_TESTS };
    run(`vitest, pool ${pool}`, { files, command: ["vitest", "run", `--pool=${pool}`] });
  }
  for (const [config, text] of setUps()) run(config, jestRun(config, text));
  const program = [
    "// @ts-nocheck",
    ...IMPORTS,
    USE,
    "const equal = (actual, expected) => { if (actual !== expected) throw new Error(String(actual)); };",
    'use().then(() => console.log("done"));',
  ];
  run("tsx, type commonjs", {
    files: { "program.ts": program.join("\n") },
    command: ["tsx", "program.ts"],
    type: "commonjs",
  });
} catch (error) {
  console.error(`check-test-runners: ${error.stack}`);
  failed++;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

/** The configurations of the page, each with the comment on its first line. */
function setUps() {
  const page = readFileSync(`${root}docs/testing.md`, "utf8");
  const found = [...page.matchAll(/^```js\n\/\/ (jest\.config\..*)\n([\s\S]*?)^```/gm)];
  if (found.length < 4) throw new Error("docs/testing.md shows too few set-ups");
  return found.map(([, title, text]) => [title, text]);
}

function jestRun(title, text) {
  const isEsm = title.includes("--experimental-vm-modules");
  const extension = title.includes("ts-jest") ? "ts" : isEsm ? "mjs" : "js";
  const globals = 'import { afterEach, expect, jest, test } from "@jest/globals";';
  const head = isEsm ? [globals, ...IMPORTS] : extension === "ts" ? IMPORTS : REQUIRES;
  const nocheck = extension === "ts" ? ["// @ts-nocheck"] : [];
  return {
    files: {
      [`port.test.${extension}`]: jestTests([...nocheck, ...head]),
      [title.split(/[ ,]/)[0]]: text,
    },
    command: ["jest"],
    type: isEsm ? "module" : "commonjs",
    env: isEsm ? { NODE_OPTIONS: "--experimental-vm-modules --no-warnings" } : {},
  };
}

/** Runs a command in a folder of its own, from where it finds runners and packages. */
function run(title, { files, command: [name, ...args], type = "module", env = {} }) {
  const folder = mkdtempSync(join(scratch, "run-"));
  const links = mkdtempSync(join(scratch, "links-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const { status, stdout, stderr } = spawnSync(join(modules, ".bin", name), args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, FOLDER: links, NO_COLOR: "1", ...env },
    timeout: RUN_MS,
  });
  if (status !== 0) failed++;
  console.log(status === 0 ? `ok      ${title}` : `FAILED  ${title}\n${stdout}${stderr}`);
}

function installRunners() {
  const manifest = JSON.stringify({ private: true, dependencies: RUNNERS });
  const file = join(cache, "package.json");
  const isThere = existsSync(file) && readFileSync(file, "utf8") === manifest;
  if (isThere && existsSync(join(cache, "node_modules/.bin/jest"))) return;
  mkdirSync(cache, { recursive: true });
  writeFileSync(file, manifest);
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  const { status, stderr, error } = spawnSync("npm", args, {
    cwd: cache,
    encoding: "utf8",
    timeout: 300_000,
  });
  if (status !== 0) throw new Error(`npm cannot install the runners: ${error ?? stderr}`);
}

/**
 * Links to the runners and to the dependencies of the packages, and the packages as they are
 * published.
 */
function layModules() {
  mkdirSync(join(modules, "@anyserial"), { recursive: true });
  for (const folder of [join(cache, "node_modules"), join(root, "node_modules")]) {
    for (const name of readdirSync(folder)) {
      const target = join(modules, name);
      if (!/^(@?anyserial|\.cache|\.package-lock)/.test(name) && !existsSync(target)) {
        symlinkSync(join(folder, name), target);
      }
    }
  }
  for (const [name, folder] of Object.entries({
    anyserial: "anyserial",
    "@anyserial/hub": "hub",
  })) {
    for (const part of ["dist", "package.json"]) {
      cpSync(join(root, "packages", folder, part), join(modules, name, part), { recursive: true });
    }
  }
}
