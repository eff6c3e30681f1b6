// The file at a path, and the links of /dev/serial that lead nowhere.

import { lstat, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { NodeFacts } from "../facts.ts";
import { linkOf, namesIn, resolved, textOf } from "./read.ts";

const NOTHING = {
  mode: undefined,
  uid: undefined,
  gid: undefined,
  owner: undefined,
  group: undefined,
};

/** Examines a path. */
export async function gatherNode(path: string): Promise<NodeFacts> {
  const entry = await lstat(path).catch(() => undefined);
  if (entry === undefined) return { kind: "missing", target: undefined, ...NOTHING };
  const target = await resolved(path);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return { kind: "dangling-link", target: await linkOf(path), ...NOTHING };
  return {
    kind: found.isCharacterDevice() ? "device" : "other",
    target,
    mode: found.mode & 0o7777,
    uid: found.uid,
    gid: found.gid,
    owner: await nameOf("/etc/passwd", found.uid),
    group: await nameOf("/etc/group", found.gid),
  };
}

/** Finds devices in the same folder whose name differs by its number only. */
export async function gatherSiblings(path: string): Promise<string[]> {
  const folder = dirname(path);
  const stem = basename(path).replace(/\d+$/, "");
  const names = (await namesIn(folder)).filter(
    (name) => name !== basename(path) && name.replace(/\d+$/, "") === stem,
  );
  const checked = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found?.isCharacterDevice() === true ? join(folder, name) : undefined;
    }),
  );
  return checked.filter((name) => name !== undefined).sort();
}

/** Finds links of udev whose device is gone. */
export async function gatherDanglingLinks(root: string = "/dev/serial"): Promise<string[]> {
  const folders = [join(root, "by-id"), join(root, "by-path")];
  const links = await Promise.all(
    folders.map(async (folder) => (await namesIn(folder)).map((name) => join(folder, name))),
  );
  const checked = await Promise.all(
    links.flat().map(async (link) => ((await resolved(link)) === undefined ? link : undefined)),
  );
  return checked.filter((link) => link !== undefined);
}

async function nameOf(database: string, id: number): Promise<string | undefined> {
  const rows = ((await textOf(database)) ?? "").split("\n").map((row) => row.split(":"));
  return rows.find((row) => row[2] === String(id))?.[0];
}
