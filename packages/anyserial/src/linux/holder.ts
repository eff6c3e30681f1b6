// Who holds a port: processes with the device open, from /proc. Sees the processes of other users
// only as root.

import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";

/** A process that has a device open. */
export interface Holder {
  readonly pid: number;
  /** Name of the program, at most 15 characters (`/proc/PID/comm`). */
  readonly name: string;
}

/**
 * Lists the processes that have a device open, without this one.
 *
 * @param path Path of the device.
 * @param proc Root of procfs; a parameter for tests.
 * @returns Processes in order of pid; empty where none can be seen.
 */
export async function findHolders(path: string, proc: string = "/proc"): Promise<Holder[]> {
  const device = await realpath(path).catch(() => path);
  const names = await readdir(proc).catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const holders: Holder[] = [];
  for (const pid of pids) {
    if (!(await hasOpen(join(proc, pid, "fd"), device))) continue;
    const name = await readFile(join(proc, pid, "comm"), "utf8").catch(() => "?");
    holders.push({ pid: Number(pid), name: name.trim() });
  }
  return holders.sort((a, b) => a.pid - b.pid);
}

async function hasOpen(folder: string, device: string): Promise<boolean> {
  const fds = await readdir(folder).catch(() => []);
  for (const fd of fds) {
    if ((await readlink(join(folder, fd)).catch(() => "")) === device) return true;
  }
  return false;
}
