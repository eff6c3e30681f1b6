// Paths that stay the same over reboots: the links that udev makes in /dev/serial. By identity of the
// device first; by the place where it is plugged in for one that shares its identity with another.

import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { compareNaturally } from "../model/port-info.ts";
import { linkTarget } from "./sysfs.ts";

/** Stable paths by the path of the node. */
export type StablePaths = ReadonlyMap<string, string>;

/** Folders of links under the folder of the device nodes, best first. */
export const LINK_FOLDERS = ["serial/by-id", "serial/by-path"] as const;

/**
 * Reads the links.
 *
 * @param dev Folder of the device nodes.
 * @returns One path for each node that has any; none where udev does not run.
 */
export function stablePaths(dev: string): StablePaths {
  const found = new Map<string, string>();
  for (const folder of LINK_FOLDERS.map((name) => join(dev, name))) {
    for (const name of listNaturally(folder)) {
      const link = join(folder, name);
      const target = linkTarget(link);
      if (target === undefined) continue;
      const node = resolve(folder, target);
      if (!found.has(node)) found.set(node, link);
    }
  }
  return found;
}

function listNaturally(folder: string): string[] {
  try {
    return readdirSync(folder).sort(compareNaturally);
  } catch {
    return []; // no udev, or no such port
  }
}
