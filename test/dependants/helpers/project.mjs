// Projects of users: a manifest and a program, installed by one of the package managers and run.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const require = createRequire(import.meta.url);

/** How each manager is run, where it wants overrides, and what installs tools beside its projects. */
const MANAGERS = {
  npm: {
    install: () => ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"],
    overrides: (map) => ({ manifest: { overrides: map } }),
  },
  pnpm: {
    install: () => [...own("pnpm", "bin/pnpm.cjs"), "install", "--ignore-scripts"],
    overrides: (map) => ({
      file: "pnpm-workspace.yaml",
      text: `overrides:\n${Object.entries(map)
        .map(([name, to]) => `  ${JSON.stringify(name)}: ${JSON.stringify(to)}\n`)
        .join("")}`,
    }),
  },
  "yarn 1": {
    install: () => [...own("yarn", "bin/yarn.js"), "install", "--ignore-scripts", "--no-lockfile"],
    overrides: (map) => ({ manifest: { resolutions: map } }),
  },
  "yarn 4": {
    install: () => [...own("@yarnpkg/cli-dist", "bin/yarn.js"), "install"],
    overrides: (map) => ({ manifest: { resolutions: map } }),
    files: { "yarn.lock": "", ".yarnrc.yml": "nodeLinker: node-modules\n" },
  },
  "yarn 4 with Plug'n'Play": {
    install: () => [...own("@yarnpkg/cli-dist", "bin/yarn.js"), "install"],
    overrides: (map) => ({ manifest: { resolutions: map } }),
    files: { "yarn.lock": "", ".yarnrc.yml": "nodeLinker: pnp\n" },
    tools: "npm",
    node: (folder) => ["--require", join(folder, ".pnp.cjs"), "--import", pnpLoader(folder)],
  },
};

/**
 * Makes projects for one test file; they are removed at the end of `t`.
 *
 * @param t The test, or the suite.
 * @param manager Name of the manager.
 * @param registry Address of the registry to install from.
 * @returns A function that installs a project, or a tool beside one, and returns one that runs Node.js in it.
 */
export function projects(t, manager, registry) {
  const parent = mkdtempSync(join(tmpdir(), "anyserial-projects-"));
  t.after(() => rmSync(parent, { recursive: true, force: true, maxRetries: 3 }));
  return async ({ name, dependencies, replaced, program, isTool = false }) => {
    const by = isTool ? (MANAGERS[manager].tools ?? manager) : manager;
    const { files = {}, install, node = () => [], overrides } = MANAGERS[by];
    const folder = join(parent, name);
    mkdirSync(folder);
    const extra = replaced === undefined ? {} : overrides(replaced);
    const manifest = { name, version: "1.0.0", private: true, dependencies, ...extra.manifest };
    const all = { ...files, "package.json": JSON.stringify(manifest) };
    if (extra.file !== undefined) all[extra.file] = extra.text;
    for (const [file, text] of Object.entries(all)) writeFileSync(join(folder, file), text);
    if (program !== undefined) cpSync(program, join(folder, basename(program)));
    await run(install(), { cwd: folder, env: environment(registry, parent) });
    const start = async (args, env = {}) =>
      await run([process.execPath, ...node(folder), ...args], { cwd: folder, env });
    return { folder, start };
  };
}

/** A new cache for each run: a version that is in one already would not be asked for. */
function environment(registry, parent) {
  return {
    npm_config_registry: registry,
    npm_config_store_dir: join(parent, "pnpm-store"),
    npm_config_frozen_lockfile: "false",
    YARN_REGISTRY: registry,
    YARN_CACHE_FOLDER: join(parent, "yarn-cache"),
    YARN_NPM_REGISTRY_SERVER: registry,
    YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
    YARN_ENABLE_GLOBAL_CACHE: "false",
    YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
    YARN_ENABLE_SCRIPTS: "false",
    YARN_ENABLE_TELEMETRY: "false",
    YARN_NPM_MINIMAL_AGE_GATE: "0",
  };
}

function own(name, file) {
  const program = require.resolve
    .paths(name)
    .map((folder) => join(folder, name, file))
    .find((path) => existsSync(path));
  if (program === undefined) throw new Error(`${name} is not installed`);
  return [process.execPath, program];
}

function pnpLoader(folder) {
  const code = `import { register } from "node:module"; register("file://${folder}/.pnp.loader.mjs");`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

async function run([command, ...args], { cwd, env }) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (chunk) => {
      output[name] += chunk;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return output;
  throw new Error(`${command} ${args.join(" ")}: ${code}\n${output.stdout}\n${output.stderr}`);
}
