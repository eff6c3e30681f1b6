// Makes a checkout runnable: installs and builds only what is missing or stale, with the reason.
// `node scripts/setup.mjs [MODULE [ARGUMENT…]]` then runs a module in the same process, so that signals, standard
// streams and the exit status are its own: a shell between npm and the module would not pass SIGTERM on.
// It imports nothing but Node, because it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Installs the dependencies and builds the packages, each only if needed; throws if that fails. */
export function setUp() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node.js 20.19 or newer is needed, this is ${process.versions.node}`);
  }
  const installReason = whyInstall();
  if (installReason) {
    console.log(`setup: installing dependencies, because ${installReason}`);
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
  }
  const buildReason = whyBuild();
  if (buildReason) {
    console.log(`setup: building, because ${buildReason}`);
    tsc({ stdio: "inherit" });
    for (const script of ["copy-docs.mjs", "build-page.mjs"]) {
      run(process.execPath, [`scripts/${script}`], { stdio: "inherit" });
    }
  }
}

/** Says what differs between package-lock.json and what is installed, if anything does. */
function whyInstall() {
  const installedLock = `${root}node_modules/.package-lock.json`;
  if (!existsSync(installedLock)) return "node_modules is missing";
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedLock, "utf8")).packages;
  const stale = Object.entries(wanted).find(([path, entry]) => {
    if (!path.includes("node_modules/") || (entry.optional && !installed[path])) return false;
    return installed[path]?.version !== entry.version || !existsSync(root + path);
  });
  return stale && `${stale[0]} is not as in package-lock.json`;
}

/** Says why the compiler would build something, if it would. */
function whyBuild() {
  const plan = tsc({ encoding: "utf8" }, "--dry", "--verbose").stdout;
  const isPageThere = existsSync(`${root}packages/hub/dist/web/index.html`);
  return (
    plan.match(/is out of date because (.*)/)?.[1] ??
    (isPageThere ? undefined : "the page is missing")
  );
}

function tsc(options, ...args) {
  return run(process.execPath, ["node_modules/typescript/bin/tsc", "-b", ...args], options);
}

function npm(...args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith("npm-cli.js"))
    run(process.execPath, [script, ...args], { stdio: "inherit" });
  else run("npm", args, { stdio: "inherit", shell: process.platform === "win32" });
}

function run(command, args, options) {
  const result = spawnSync(command, args, { cwd: root, ...options });
  if (result.error) throw result.error;
  if (result.status !== 0) process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    setUp();
  } catch (error) {
    console.error(`setup: ${error.message}`);
    process.exit(1);
  }
  const [name, ...args] = process.argv.slice(2);
  if (name !== undefined) {
    const path = resolve(root, name);
    process.argv = [process.execPath, path, ...args];
    await import(pathToFileURL(path).href);
  }
}
