// The preload: programs that import the originals get ours, by require() and by import.

import { equal, match, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";

const run = promisify(execFile);
const register = createRequire(import.meta.url).resolve("@anyserial/serialport/register");
const PRELOADS = [
  ["--import", pathToFileURL(register).href],
  ["--require", register],
] as const;
const SHOW = `
  const list = SerialPort.list;
  console.log(typeof list, SerialPort.binding === autoDetect(), new SerialPort({
    path: "/dev/ttyNothing", baudRate: 9600, autoOpen: false,
  }) instanceof SerialPort);
  SerialPort.binding.open({ path: "/dev/ttyNothing", baudRate: 1 }).catch((e) => console.log(e.hint));
`;
const CJS = `
  const { SerialPort } = require("serialport");
  const { autoDetect } = require("@serialport/bindings-cpp");
  ${SHOW}
`;
const ESM = `
  import { SerialPort } from "serialport";
  import { autoDetect } from "@serialport/bindings-cpp";
  ${SHOW}
`;

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** Packages that fail when they are loaded: only a replacement can work. */
function program(t: TestContext, files: Record<string, string>, version = "13.0.0"): string {
  const folder = temporaryFolder(t);
  for (const name of ["serialport", "@serialport/bindings-cpp"]) {
    const home = join(folder, "node_modules", name);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), JSON.stringify({ name, version, main: "index.js" }));
    writeFileSync(join(home, "index.js"), 'module.exports = "the original";');
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function start(folder: string, preload: readonly string[], file: string): Promise<Ended> {
  const env = { ...process.env, NODE_DEBUG: "anyserial" };
  return run(process.execPath, [...preload, join(folder, file)], { env, cwd: folder });
}

for (const preload of PRELOADS) {
  for (const [file, text] of [
    ["program.cjs", CJS],
    ["program.mjs", ESM],
  ] as const) {
    test(`${preload[0]} gives ${file} ours for both names, and a line that says so`, async (t) => {
      const folder = program(t, { [file]: text });

      const { stdout, stderr } = await start(folder, preload, file);

      match(stdout, /^function true true\n.*spelled right/);
      match(stderr, /ANYSERIAL \d+: register: in place of serialport/);
      match(stderr, /register: serialport is @anyserial\/serialport for .*program/);
    });
  }
}

test("the preload gives ours to a program whose originals are missing", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(
    join(folder, "program.cjs"),
    'console.log(Object.keys(require("serialport")).length)',
  );

  const { stdout } = await start(folder, PRELOADS[0], "program.cjs");

  equal(stdout, "13\n");
});

test("the preload leaves versions before 10 in place, and warns once", async (t) => {
  const text = 'require("serialport"); console.log(require("serialport"))';
  const folder = program(t, { "program.cjs": text }, "8.0.8");

  const { stdout, stderr } = await start(folder, PRELOADS[0], "program.cjs");

  equal(stdout, "the original\n");
  equal(stderr.match(/serialport 8\.0\.8 is left in place/g)?.length, 1);
});

test("the preload leaves other packages alone, and files below the originals", async (t) => {
  const text = 'console.log(require("serialport/package.json").version, typeof require("debug"))';
  const folder = program(t, { "program.cjs": text });
  const debug = join(folder, "node_modules/debug");
  mkdirSync(debug);
  writeFileSync(join(debug, "index.js"), "module.exports = 1;");

  const { stdout } = await start(folder, PRELOADS[0], "program.cjs");

  equal(stdout, "13.0.0 number\n");
});

test("the preload reaches worker threads", async (t) => {
  const text = `
    const { Worker, isMainThread } = require("node:worker_threads");
    if (isMainThread) new Worker(__filename);
    else console.log(Object.keys(require("serialport")).length);
  `;
  const folder = program(t, { "program.cjs": text });

  const { stdout } = await start(folder, PRELOADS[0], "program.cjs");

  ok(stdout.startsWith("13"));
});
