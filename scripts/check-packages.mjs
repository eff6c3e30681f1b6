// Checks each package as it would be published: publint, attw, and the content of the archive; with
// --install also installs the archives in an empty project and imports every entry.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = readdirSync(`${root}packages`)
  .map((name) => ({ directory: `${root}packages/${name}`, ...readManifest(name) }))
  .filter((manifest) => !manifest.private);
const scratch = mkdtempSync(join(tmpdir(), "anyserial-pack-"));

try {
  for (const { directory, exports, main, name } of packages) {
    console.log(`\n${name}`);
    npx(["publint", directory, "--strict"]);
    const hasTypes = Object.keys(exports).some((entry) => entry !== "./package.json");
    // A package in CommonJS is for both kinds of program, as the one in whose place it is.
    const profile = main?.endsWith(".cjs") ? "node16" : "esm-only";
    if (hasTypes) npx(["attw", "--pack", directory, "--profile", profile, "--no-emoji"]);
    checkContents(directory);
  }
  if (process.argv.includes("--install")) installInEmptyProject();
} catch (error) {
  console.error(`check-packages: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Packs a package and checks for files that must not, or must, be in the archive. */
function checkContents(directory) {
  // The checkout ignores scripts (.npmrc); ours, which copies the documentation, has to run.
  const pack = ["pack", "--json", "--ignore-scripts=false", "--pack-destination", scratch];
  const [archive] = JSON.parse(npm(pack, directory));
  const paths = archive.files.map((file) => file.path);
  const stray = paths.filter(
    (path) => !/^((bin|dist|docs|src)\/|LICENSE$|README\.md$|package\.json$)/.test(path),
  );
  const needed = ["LICENSE", "README.md", ...pagesNamedIn(directory)];
  const lacking = needed.filter((path) => !paths.includes(path));
  if (paths.some((path) => path.endsWith(".tsbuildinfo"))) stray.push("a .tsbuildinfo");
  stray.push(...testMapsOf(directory), ...brokenImagesIn(directory, paths));
  if (stray.length > 0) throw new Error(`the archive holds ${stray.join(", ")}`);
  if (lacking.length > 0) throw new Error(`the archive lacks ${lacking.join(", ")}`);
}

/** Pictures in published pages that are not published with them. */
function brokenImagesIn(directory, paths) {
  return paths
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) => {
      const text = readFileSync(join(directory, path), "utf8");
      const images = [...text.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, to]) => to);
      return images.filter((to) => !paths.includes(join(dirname(path), to)));
    });
}

/** Entries of the manifest that lead to every file: those are for tests, which are not published. */
function testMapsOf(directory) {
  const { imports = {} } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  return Object.keys(imports).filter((name) => name.includes("*"));
}

/** Pages that texts of any package send users to, if this is the package that brings them. */
function pagesNamedIn(directory) {
  if (!directory.endsWith("/anyserial")) return [];
  const sources = packages.flatMap((manifest) =>
    readdirSync(join(manifest.directory, "src"), { recursive: true })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(manifest.directory, "src", file), "utf8")),
  );
  const named = sources.join("\n").matchAll(/node_modules\/anyserial\/(docs\/[\w/-]+\.md)/g);
  return [...new Set([...named].map(([, page]) => page))];
}

function installInEmptyProject() {
  const project = join(scratch, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const archives = readdirSync(scratch).filter((file) => file.endsWith(".tgz"));
  npm(["install", "--ignore-scripts", ...archives.map((file) => join(scratch, file))], project);
  const entries = packages.flatMap(({ exports, name }) =>
    Object.keys(exports)
      .filter((entry) => entry !== "./package.json")
      .map((entry) => name + entry.slice(1)),
  );
  for (const entry of entries) {
    node(["--input-type=module", "-e", `await import("${entry}")`], project);
    node(["--input-type=commonjs", "-e", `require("${entry}")`], project);
  }
  for (const { bin, name } of packages.filter((manifest) => manifest.bin)) {
    for (const file of Object.values(bin))
      node([`node_modules/${name}/${file}`, "--help"], project);
  }
  console.log(`\ninstalled in an empty project: ${entries.join(", ")} import`);
}

function readManifest(name) {
  return JSON.parse(readFileSync(`${root}packages/${name}/package.json`, "utf8"));
}

function node(args, cwd) {
  return run(process.execPath, args, { cwd });
}

function npx(args) {
  run("npx", ["--no-install", ...args], { stdout: "inherit" });
}

function npm(args, cwd) {
  return run("npm", [...args, "--loglevel=error"], { cwd });
}

function run(command, args, { cwd = root, stdout = "pipe" }) {
  const result = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32" && command !== process.execPath,
    stdio: ["ignore", stdout, "inherit"],
    timeout: 120_000,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(`failed: ${command} ${args.join(" ")}\n${result.stdout ?? ""}`);
  }
  return result.stdout;
}
