// Bundles a program with each bundler and runs it away from the sources, beside koffi only: the async API,
// the blocking one, and both in a worker thread. With koffi in the bundle, the error must say what to do.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBundlers } from "./bundlers.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const RUN_MS = 30_000;

const PROGRAM = `
import { Worker, isMainThread, workerData } from "node:worker_threads";
import { openSerialPort } from "anyserial";
import { createVirtualPort } from "anyserial/pty";
import { openSerialPortSync } from "anyserial/sync";

const text = (bytes) => new TextDecoder().decode(bytes);
async function use(where) {
  try {
    openSerialPortSync("/dev/there-is-no-such-port"); // before anything else has loaded koffi
  } catch (error) {
    console.log(where, error.name);
  }
  const device = await createVirtualPort();
  const blocking = openSerialPortSync(device.path);
  device.trySend(Buffer.from("sync"));
  console.log(where, text(blocking.receive({ timeoutMs: 5000 })));
  blocking.close();
  const port = await openSerialPort(device.path);
  const waiting = port.receive();
  await device.send(Buffer.from("async"));
  console.log(where, text(await waiting));
  await port.close();
  await device.close();
}
async function main() {
  await use("main");
  const worker = new Worker(process.argv[1], { workerData: "worker" });
  worker.once("error", (error) => console.log("worker", error.code, error.hint));
}
(isMainThread ? main() : use(workerData)).catch((error) => {
  console.log("failed", error.code, error.message, error.hint, error.cause);
});
`;
const EXPECTED = ["main", "worker"]
  .map((where) => `${where} PortNotFoundError\n${where} sync\n${where} async\n`)
  .join("");

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "anyserial-bundle-")));
const project = join(scratch, "project");
let failed = 0;

try {
  makeProject();
  const bundlers = await loadBundlers(
    "esbuild",
    "webpack",
    "rollup",
    "@rollup/plugin-node-resolve",
    "@vercel/ncc",
  );
  const made = [];
  for (const [name, bundle] of Object.entries(bundles(bundlers))) {
    made.push({ name, bundle, folder: await makeBundle(name, bundle) });
  }
  rmSync(project, { recursive: true }); // some bundlers write its paths into the bundle
  for (const { name, bundle, folder } of made) check(name, bundle, folder);
} catch (error) {
  console.error(`check-bundles: ${error.stack}`);
  failed++;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

/** A project with the package as it is published, and its one dependency. */
function makeProject() {
  const manifest = JSON.stringify({ private: true, type: "module" });
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), manifest);
  writeFileSync(join(project, "program.js"), PROGRAM);
  const copy = join(project, "node_modules/anyserial");
  for (const part of ["dist", "package.json"]) {
    cpSync(join(root, "packages/anyserial", part), join(copy, part), { recursive: true });
  }
  copyKoffi(project);
}

function copyKoffi(folder) {
  const koffi = dirname(createRequire(join(root, "packages/anyserial/x.js")).resolve("koffi"));
  for (const name of ["koffi", "@koromix"]) {
    cpSync(join(dirname(koffi), name), join(folder, "node_modules", name), { recursive: true });
  }
}

/** Each makes \`bundle\` in a folder; \`type\` is that of its package. */
function bundles({ esbuild, webpack, rollup, ...more }) {
  const resolve = more["@rollup/plugin-node-resolve"].default;
  const ncc = more["@vercel/ncc"].default;
  const entry = join(project, "program.js");
  const withEsbuild = (format, external) => ({
    type: format === "esm" ? "module" : "commonjs",
    make: (folder) =>
      esbuild.build({
        entryPoints: [entry],
        outfile: join(folder, "bundle.js"),
        bundle: true,
        minify: true,
        platform: "node",
        format,
        external,
        logLevel: "error",
      }),
  });
  const withWebpack = (type) => ({
    type,
    make: (folder) => runWebpack(webpack.default, webpackConfig({ entry, folder, type })),
  });
  const withRollup = (format) => ({
    type: format === "es" ? "module" : "commonjs",
    make: async (folder) => {
      const external = ["koffi", /^node:/];
      const made = await rollup.rollup({ input: entry, external, plugins: [resolve()] });
      await made.write({ dir: folder, entryFileNames: "bundle.js", format });
    },
  });
  return {
    "esbuild, ESM": withEsbuild("esm", ["koffi"]),
    "esbuild, CommonJS": withEsbuild("cjs", ["koffi"]),
    "webpack, ESM": withWebpack("module"),
    "webpack, CommonJS": withWebpack("commonjs"),
    "rollup, ESM": withRollup("es"),
    "rollup, CommonJS": withRollup("cjs"),
    ncc: {
      type: "module",
      make: async (folder) => {
        const { code, assets } = await ncc(entry, { externals: ["koffi"], quiet: true });
        writeFileSync(join(folder, "bundle.js"), code);
        for (const [file, { source }] of Object.entries(assets)) {
          writeFileSync(join(folder, file), source);
        }
      },
    },
    "esbuild, koffi in the bundle": { ...withEsbuild("cjs", []), isWithoutKoffi: true },
  };
}

function webpackConfig({ entry, folder, type }) {
  const isModule = type === "module";
  return {
    entry,
    target: "node20",
    mode: "production",
    experiments: { outputModule: isModule },
    externals: { koffi: isModule ? "import koffi" : "commonjs koffi" },
    externalsPresets: { node: true },
    output: {
      path: folder,
      filename: "bundle.js",
      ...(isModule ? { library: { type: "module" }, chunkFormat: "module" } : {}),
    },
  };
}

function runWebpack(webpack, config) {
  return new Promise((resolve, reject) => {
    webpack(config, (error, stats) => {
      if (error) return reject(error);
      const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
      const [problem] = [...errors, ...warnings];
      if (problem) return reject(new Error(problem.message));
      resolve();
    });
  });
}

async function makeBundle(name, { type, make, isWithoutKoffi = false }) {
  const folder = join(scratch, name.replaceAll(/\W+/g, "-"));
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type }));
  if (!isWithoutKoffi) copyKoffi(folder);
  await make(folder);
  return folder;
}

function check(name, { isWithoutKoffi = false }, folder) {
  const { stdout, stderr } = spawnSync(process.execPath, ["bundle.js"], {
    cwd: folder,
    encoding: "utf8",
    timeout: RUN_MS,
  });
  const isRight = isWithoutKoffi
    ? /ERR_SERIAL_KOFFI .*keep koffi external/.test(stdout)
    : stdout === EXPECTED;
  if (!isRight) failed++;
  console.log(isRight ? `ok      ${name}` : `FAILED  ${name}: it prints\n${stdout}${stderr}`);
}
