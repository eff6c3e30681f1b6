// A registry on loopback that has our packages as `npm pack` makes them; it sends clients to the usual one for all
// others. So a package manager installs ours by name and version, as after a release.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Ours, by the folder in packages/. */
const FOLDERS = ["anyserial", "bindings-cpp", "serialport"];
const FOUND = 302;

/**
 * Starts one for a test file; it is stopped at the end of `t`.
 *
 * @param t The test, or the suite.
 * @returns Its address, and the version of our packages.
 */
export async function startRegistry(t) {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-registry-"));
  const root = workspace(import.meta.dirname);
  const archives = npm(
    ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
    FOLDERS.map((name) => join(root, "packages", name)),
  );
  const usual = npm(["config", "get", "registry"]).trim();
  const packages = new Map();
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, "http://localhost").pathname.slice(1));
    if (packages.has(name)) {
      response.setHeader("content-type", "application/json");
      response.end(packages.get(name));
    } else if (existsSync(join(folder, name)) && name.endsWith(".tgz")) {
      response.end(readFileSync(join(folder, name)));
    } else {
      response.writeHead(FOUND, { location: new URL(request.url.slice(1), usual).href }).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  for (const { name, version, filename } of JSON.parse(archives)) {
    const manifest = JSON.parse(
      readFileSync(join(root, "packages", name.replace("@anyserial/", ""), "package.json"), "utf8"),
    );
    const data = readFileSync(join(folder, filename));
    const integrity = `sha512-${createHash("sha512").update(data).digest("base64")}`;
    const shasum = createHash("sha1").update(data).digest("hex");
    const dist = { tarball: address + filename, integrity, shasum };
    const one = { ...manifest, dist };
    const tags = { latest: version };
    packages.set(name, JSON.stringify({ name, "dist-tags": tags, versions: { [version]: one } }));
  }
  t.after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });
  return { address, version: JSON.parse(archives)[0].version };
}

/** The checkout that these tests were copied from. */
function workspace(from) {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (!existsSync(file)) continue;
    if (JSON.parse(readFileSync(file, "utf8")).name === "anyserial-workspace") return folder;
  }
  throw new Error(`${from} is in no checkout`);
}

function npm(args, paths = []) {
  const { status, stdout, stderr } = spawnSync("npm", [...args, ...paths], { encoding: "utf8" });
  if (status !== 0) throw new Error(`npm ${args.join(" ")} failed: ${stderr}`);
  return stdout;
}
