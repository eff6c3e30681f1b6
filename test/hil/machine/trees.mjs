// Folders of unpacked packages in the cache. packages.json pins the versions of those of Debian; where the
// archive no longer has one, the newest it has is taken, and the run says so. Those of npm are exact.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Apt } from "./apt.mjs";
import { run } from "./command.mjs";

const PINNED = JSON.parse(readFileSync(new URL("packages.json", import.meta.url), "utf8"));
const NPM_MS = 180_000;
/** Name of a kernel package: the release, and the part that distinguishes it from its siblings. */
const KERNEL = /^linux-image-(\d+\.\d+)\.(\d+)\S*?-(amd64|arm64)$/;

/**
 * Provides a folder with packages unpacked, from the cache or from the archive.
 *
 * @param tree What to unpack into it: `{ name, architecture, packages, withDependencies }` of Debian, or
 * `{ name, npm }` with the version of each package of npm, which gets a folder of its name.
 * @param context `{ cache, signal, log }`: the cache folder, a signal that ends it, and a function
 *   for reports.
 * @returns `{ path, versions }`: the folder, and the `name=version` of each package that was asked for.
 */
export async function provideTree(tree, context) {
  const wanted = tree.npm
    ? Object.entries(tree.npm).map(([name, version]) => `${name}=${version}`)
    : tree.packages.map((name) => `${name}=${PINNED[name]}`);
  const key = createHash("sha256")
    .update(JSON.stringify([tree, wanted]))
    .digest("hex");
  const path = join(context.cache, `${tree.name}-${key.slice(0, 12)}`);
  const record = join(path, "versions.json");
  if (!existsSync(record)) await fetchTree({ ...tree, wanted }, path, context);
  const versions = JSON.parse(readFileSync(record, "utf8"));
  for (const version of versions.filter((entry) => !wanted.includes(entry))) {
    context.log(
      `hil: ${version} is used; packages.json pins a version that the archive no longer has`,
    );
  }
  return { path, versions };
}

async function fetchTree(tree, path, context) {
  context.log(`hil: fetching ${tree.wanted.join(", ")}`);
  mkdirSync(context.cache, { recursive: true });
  const work = mkdtempSync(join(context.cache, "fetch-"));
  try {
    const root = join(work, "root");
    const fetch = tree.npm ? fetchFromNpm : fetchFromDebian;
    const versions = await fetch(tree, { ...context, work, root });
    await writeFile(join(root, "versions.json"), JSON.stringify(versions));
    rmSync(path, { recursive: true, force: true });
    renameSync(root, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function fetchFromDebian(tree, { cache, signal, work, root }) {
  const apt = new Apt(join(cache, "apt"), tree.architecture, signal);
  await apt.update();
  const versions = [];
  for (const name of tree.packages) versions.push(await chooseVersion(apt, name));
  const dependencies = tree.withDependencies ? await apt.missing(versions) : [];
  const all = [...new Set([...versions, ...dependencies])];
  for (const file of await apt.download(all, join(work, "packages"))) {
    await run("dpkg-deb", ["-x", file, root], { signal });
  }
  return versions;
}

/** By "npm pack", since "npm install" refuses packages of another processor. */
async function fetchFromNpm({ npm, wanted }, { signal, work, root }) {
  for (const [name, version] of Object.entries(npm)) {
    const options = { cwd: work, signal, timeout: NPM_MS };
    const said = await run("npm", ["pack", "--json", `${name}@${version}`], options);
    const [{ filename }] = JSON.parse(said);
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true });
    await run("tar", ["-xzf", join(work, filename), "-C", folder, "--strip-components=1"], {
      signal,
    });
  }
  return wanted;
}

/** The pinned version of a package, else its newest one; of a kernel, the newest of the same series. */
async function chooseVersion(apt, name) {
  const versions = await apt.versions(name);
  if (versions.includes(PINNED[name])) return `${name}=${PINNED[name]}`;
  const [, series, , architecture] = KERNEL.exec(name) ?? [];
  if (series === undefined) {
    if (versions.length === 0) throw new Error(`the archive has no package ${name}`);
    return `${name}=${versions[0]}`;
  }
  const patch = (kernel) => Number(KERNEL.exec(kernel)[2]);
  const kernels = (await apt.names(KERNEL)).filter((kernel) => {
    const [, ofSeries, , ofArchitecture] = KERNEL.exec(kernel);
    const isFlavour = /-(cloud|rt|dbg|unsigned)/.test(kernel);
    return ofSeries === series && ofArchitecture === architecture && !isFlavour;
  });
  const newest = kernels.sort((one, other) => patch(other) - patch(one))[0];
  if (newest === undefined)
    throw new Error(`the archive has no kernel ${series} (${architecture})`);
  return `${newest}=${(await apt.versions(newest))[0]}`;
}
