// The bundlers that users bundle the packages with, at fixed versions, kept in node_modules/.cache: no
// dependency of the project, since only scripts need them, and some of them are large.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const VERSIONS = {
  esbuild: "0.28.2",
  webpack: "5.113.0",
  rollup: "4.68.8",
  "@rollup/plugin-node-resolve": "16.0.3",
  "@rollup/plugin-commonjs": "29.0.3",
  "@vercel/ncc": "0.45.0",
};

/**
 * Loads bundlers, installing them if needed.
 *
 * @param names Which.
 * @returns Their modules, by name.
 */
export async function loadBundlers(...names) {
  const loaded = {};
  for (const name of names) loaded[name] = await import(pathToFileURL(install(name)).href);
  return loaded;
}

function install(name) {
  const version = VERSIONS[name];
  const folder = `${root}node_modules/.cache/bundlers/${name.replaceAll("/", "-")}-${version}`;
  const manifest = `${folder}/node_modules/${name}/package.json`;
  if (!existsSync(manifest) || JSON.parse(readFileSync(manifest, "utf8")).version !== version) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/package.json`, '{ "private": true }\n');
    const flags = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"];
    const args = ["install", ...flags, "--no-package-lock", `${name}@${version}`];
    const { status, stderr, error } = spawnSync("npm", args, {
      cwd: folder,
      encoding: "utf8",
      shell: process.platform === "win32",
      timeout: 180_000,
    });
    if (status !== 0) throw new Error(`npm cannot install ${name}@${version}: ${error ?? stderr}`);
  }
  return createRequire(`${folder}/x.js`).resolve(name);
}
