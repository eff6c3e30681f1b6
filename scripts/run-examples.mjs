// Runs the examples of the pages and the doc comments: compiled, with an emulated port in place of
// /dev/ttyUSB0. Its device answers every line, and talks by itself to an example that only listens.
// An example must end with status 0, or print something and continue; a device must give the
// answers that its comment promises.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createVirtualPort } from "../packages/anyserial/dist/pty.js";
import { listFiles } from "./list-files.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
/** Files with examples that need more than a port. */
const SKIPPED = {
  "docs/adapters.md": "the kernel's module vhci-hcd, and root",
  "docs/discovery.md": "USB adapters",
  "docs/web-serial.md": "USB adapters",
  "docs/remote.md": "a server on another machine",
  "docs/linux.md": "an FTDI adapter, and a port with RS-485",
  "packages/anyserial/src/adapter/create-virtual-adapter.ts":
    "the kernel's module vhci-hcd, and root",
  "packages/anyserial/src/adapter/serve-adapters.ts": "another machine that plugs it in",
  "packages/anyserial/src/web-serial/create-serial.ts": "USB adapters",
  "packages/anyserial/src/discovery/discovery.ts": "USB adapters",
  "packages/anyserial/src/virtual/create-virtual-port.ts": "an application on its port",
  "packages/anyserial/src/virtual/virtual-port.ts": "an application on its port",
  "packages/anyserial/src/port/serial-port.ts": "a device that talks by itself",
  "packages/anyserial/src/port/sessions.ts": "a device that talks by itself",
};
const directory = resolve("node_modules/.cache/run-examples");
const END_BOUND_MS = 10_000;
const TALK_EVERY_MS = 100;
/** The answer of a Modbus device to a question for two registers, with its checksum. */
const REGISTERS = Uint8Array.of(1, 3, 4, 0, 1, 0, 2, 0x2a, 0x32);

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
for (const name of ["hub", "plant", "other"]) {
  const members = `{ a: { port: ./${name}/a }, b: { port: ./${name}/b } }`;
  writeFileSync(`${directory}/${name}.yaml`, `networks: { net: { members: ${members} } }\n`);
}
const device = await createVirtualPort({ link: `${directory}/ttyUSB0` });
const examples = listFiles()
  .filter((file) =>
    /^(README\.md|docs\/.*\.md|packages\/[^/]+\/(README\.md|src\/.*\.ts))$/.test(file),
  )
  .filter((file) => !Object.hasOwn(SKIPPED, file))
  .flatMap(extract);
compile();

const answering = answer();
let failed = 0;
for (const { name, page, isListener } of examples) {
  const talking = isListener ? setInterval(() => say("12.500\r\n"), TALK_EVERY_MS) : undefined;
  const problem = await runExample(name);
  clearInterval(talking);
  console.log(`${problem === undefined ? "ok    " : "FAILED"} ${page}: ${name}${problem ?? ""}`);
  if (problem !== undefined) failed++;
}
await device.close();
await answering;
for (const [file, need] of Object.entries(SKIPPED)) console.log(`skipped ${file}: needs ${need}`);
console.log(`\n${examples.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || examples.length === 0 ? 1 : 0;

function extract(page) {
  const text = readFileSync(page, "utf8");
  const lines = page.endsWith(".ts") ? text.replaceAll(/^\s*\* ?/gm, "") : text;
  return [...lines.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code], index) => {
    const name = `${page.replaceAll(/\W/g, "-")}-${index + 1}`;
    const local = code
      .replaceAll("/tmp/", `${directory}/`)
      .replaceAll(/\/dev\/tty(USB0|USB2|ACM0)(?=")/g, device.path);
    writeFileSync(`${directory}/${name}.mts`, `${local}export {};\n`);
    const isDevice = code.includes("export const device = defineDevice(");
    const isListener = code.includes("openSerialPort") && !/send|request|write/i.test(code);
    return { name: isDevice ? writeQuestions(name, code) : name, page, isListener };
  });
}

/** A device only declares something: a hub asks it what the example compares a message with. */
function writeQuestions(device, code) {
  const asked = [...code.matchAll(/=== ("[^"]*")/g)].map(([, question]) => question);
  const name = `${device}-asked`;
  writeFileSync(
    `${directory}/${name}.mts`,
    `import { createHub } from "@anyserial/hub";
import { openSerialPort } from "anyserial";

const members = { device: { device: "./${device}.mjs" }, app: { port: "./${name}" } };
const hub = await createHub({ networks: { net: { framing: "line", members } } });
const port = await openSerialPort("./${name}");
for (const question of [${asked.join(", ") || '"anything\\n"'}]) {
  await port.send(new TextEncoder().encode(question));
  await port.receive({ signal: AbortSignal.timeout(5000) });
}
await port.close();
await hub.close();
`,
  );
  return name;
}

function compile() {
  const compilerOptions = {
    target: "es2022",
    module: "nodenext",
    lib: ["es2023", "esnext.disposable"],
    types: ["node"],
    skipLibCheck: true,
  };
  writeFileSync(`${directory}/tsconfig.json`, JSON.stringify({ compilerOptions }));
  const tsc = ["node_modules/typescript/bin/tsc", "-p", directory];
  const result = spawnSync(process.execPath, tsc, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(result.stdout);
}

/**
 * Plays the device on the port: an instrument with a reading for every line, a modem, a Modbus
 * device.
 */
async function answer() {
  for (;;) {
    const chunk = await device.receive().catch(() => undefined);
    if (chunk === undefined) return;
    const text = Buffer.from(chunk).toString("latin1");
    if (text.startsWith("AT+CSQ")) await say("\r\n+CSQ: 20,99\r\n\r\nOK\r\n");
    else if (text.startsWith("\x01\x03")) await say(REGISTERS);
    else
      await say(
        (text.includes("\r\n") ? "12.500\r\n" : "12.500\n").repeat(text.split("\n").length - 1),
      );
  }
}

async function say(bytes) {
  await device.send(Buffer.from(bytes)).catch(() => undefined);
}

/** Returns the failure, if there was one. */
async function runExample(name) {
  const child = spawn(process.execPath, [`${directory}/${name}.mjs`], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  let isTalking = false;
  child.stderr.on("data", (text) => {
    errors += text;
  });
  child.stdout.once("data", () => {
    isTalking = true;
    setTimeout(() => child.kill(), 500).unref(); // an endless example: it works, and would go on
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), END_BOUND_MS);
  const [code, signal] = await new Promise((done) => child.once("close", (...end) => done(end)));
  clearTimeout(timer);
  if (code === 0 || (signal === "SIGTERM" && isTalking)) return undefined;
  return `: ended with ${signal ?? code}\n${errors}`;
}
