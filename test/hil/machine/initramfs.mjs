// Builds the first file system of a guest: busybox, the kernel modules in the order in which they are
// loaded, and a script that mounts the host's files below a layer of memory. It is built again only
// when something in it changed.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { toolEnvironment } from "./architecture.mjs";
import { run } from "./command.mjs";

const INIT = readFileSync(new URL("../guest/init.sh", import.meta.url), "utf8");
/** Modules for the root file system of every guest. */
const ROOT_MODULES = ["netfs", "9pnet", "9pnet_virtio", "9p", "overlay"];
const DIRECTORY = 0o040755;
const PROGRAM = 0o100755;

/**
 * Provides the initramfs of a guest.
 *
 * @param guest `{ kernel, release, tools, busybox, modules }`: the folders of the kernel's packages and of the
 * host's tools, the guest's busybox, and names of modules, each with its parameters behind it.
 * @param context As of provideTree().
 * @returns The path of the file.
 */
export async function provideInitramfs(guest, { cache, signal }) {
  const contents = [INIT, guest.kernel, guest.busybox, ...guest.modules];
  const key = createHash("sha256").update(JSON.stringify(contents)).digest("hex");
  const path = join(cache, `initramfs-${key.slice(0, 12)}.gz`);
  if (existsSync(path)) return path;
  const modules = await orderModules(guest, signal);
  const entries = [
    ...["bin", "dev", "proc", "sys", "mnt", "mnt/host", "mnt/memory", "mnt/root", "modules"].map(
      (name) => ({ name, mode: DIRECTORY, data: Buffer.alloc(0) }),
    ),
    { name: "init", mode: PROGRAM, data: Buffer.from(INIT) },
    { name: "bin/busybox", mode: PROGRAM, data: readFileSync(guest.busybox) },
    { name: "modules/list", mode: PROGRAM, data: Buffer.from(modules.map(insmodLine).join("")) },
  ];
  for (const { file, path: from } of modules) {
    entries.push({
      name: `modules/${file}`,
      mode: PROGRAM,
      data: await decompress(from, guest, signal),
    });
  }
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, gzipSync(archive(entries), { level: 1 }));
  renameSync(temporary, path);
  return path;
}

function insmodLine({ file, parameters }) {
  return `${[file, ...parameters].join(" ")}\n`;
}

/**
 * The module files to load, each behind those that it depends on. Built-in modules are left out.
 */
async function orderModules({ kernel, release, tools, modules }, signal) {
  const folder = join(kernel, "lib/modules", release);
  if (!existsSync(join(folder, "modules.dep"))) {
    await mkdir(folder, { recursive: true });
    await run(join(tools, "bin/kmod"), ["-b", kernel, release], {
      argv0: "depmod",
      env: toolEnvironment(tools),
      signal,
    });
  }
  const dependencies = new Map(
    readFileSync(join(folder, "modules.dep"), "utf8")
      .split("\n")
      .filter((line) => line.includes(":"))
      .map((line) => {
        const [file, ...needs] = line.replace(":", "").split(" ").filter(Boolean);
        return [moduleName(file), { file, needs }];
      }),
  );
  const builtIn = readFileSync(join(folder, "modules.builtin"), "utf8").split("\n").map(moduleName);
  const ordered = new Map();
  for (const line of [...ROOT_MODULES, ...modules]) {
    const [name, ...parameters] = line.split(" ");
    const wanted = moduleName(name);
    const entry = dependencies.get(wanted);
    if (entry === undefined && builtIn.includes(wanted)) continue;
    if (entry === undefined) throw new Error(`the kernel ${release} has no module ${name}`);
    for (const need of [...entry.needs].reverse()) {
      if (!ordered.has(need)) ordered.set(need, []);
    }
    ordered.set(entry.file, parameters);
  }
  return [...ordered].map(([file, parameters]) => ({
    file: `${moduleName(file)}.ko`,
    path: join(folder, file),
    parameters,
  }));
}

function moduleName(file) {
  return file
    .replace(/^.*\//, "")
    .replace(/\.ko(\..*)?$/, "")
    .replaceAll("-", "_");
}

function decompress(file, { tools }, signal) {
  if (!file.endsWith(".xz")) return readFileSync(file);
  return run(join(tools, "bin/busybox"), ["unxz", "-c", file], { signal });
}

/** A cpio archive in the format that the kernel unpacks: "newc", see its Documentation/driver-api/early-userspace. */
function archive(entries) {
  const parts = [];
  const all = [...entries, { name: "TRAILER!!!", mode: 0, data: Buffer.alloc(0) }];
  for (const [index, { name, mode, data }] of all.entries()) {
    const fields = [index + 1, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0];
    const numbers = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
    parts.push(pad(Buffer.from(`070701${numbers}${name}\0`)), pad(data));
  }
  return Buffer.concat(parts);
}

function pad(data) {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}
