// Which processes have a device open: read from /proc. A process of another user is not seen unless
// this one is root.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { MemberProcess } from "./types.ts";

/**
 * Looks through all processes, once for all devices.
 *
 * @param devices Device nodes.
 * @returns Who has them open, by device; this process is left out.
 */
export function findHolders(devices: ReadonlySet<string>): Map<string, MemberProcess[]> {
  const holders = new Map<string, MemberProcess[]>();
  if (devices.size === 0) return holders;
  for (const name of list("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    for (const device of openDevices(pid, devices)) {
      const found = holders.get(device) ?? [];
      found.push({ pid, name: nameOf(pid) });
      holders.set(device, found);
    }
  }
  return holders;
}

function openDevices(pid: number, devices: ReadonlySet<string>): Set<string> {
  const open = new Set<string>();
  for (const fd of list(`/proc/${pid}/fd`)) {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      if (devices.has(target)) open.add(target);
    } catch {
      // It was closed meanwhile.
    }
  }
  return open;
}

/** Names come from other programs: nothing in them may steer a terminal. */
function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim().replace(/\p{C}/gu, "?");
  } catch {
    return "?";
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
