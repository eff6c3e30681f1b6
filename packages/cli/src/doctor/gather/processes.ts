// Processes and the devices that they have open, from /proc: those of other users only as root.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { HolderFacts, ModemManagerFacts, OpenPortFacts } from "../facts.ts";
import { linkOf, namesIn, resolved, textOf } from "./read.ts";

const PORT = /^\/dev\/(tty[A-Z]|pts\/|rfcomm)/;

/** A process with the terminals that it has open. */
export interface ProcessFacts {
  readonly pid: number;
  readonly name: string;
  readonly command: string;
  readonly uid: number | undefined;
  /** Paths under /dev. */
  readonly devices: ReadonlySet<string>;
  /** Standard streams that are terminals: a shell holds its terminal, not a port. */
  readonly terminals: ReadonlySet<string>;
}

/** Looks at every process that can be seen, but this one. */
export async function gatherProcesses(proc: string = "/proc"): Promise<ProcessFacts[]> {
  const pids = (await namesIn(proc)).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  );
  return Promise.all(pids.map((pid) => gatherProcess(proc, pid)));
}

async function gatherProcess(proc: string, pid: string): Promise<ProcessFacts> {
  const folder = join(proc, pid);
  const devices = new Set<string>();
  const terminals = new Set<string>();
  for (const fd of await namesIn(join(folder, "fd"))) {
    const target = await linkOf(join(folder, "fd", fd));
    if (target === undefined || !PORT.test(target)) continue;
    if (Number(fd) <= 2) terminals.add(target);
    else devices.add(target);
  }
  const name = (await textOf(join(folder, "comm"))) ?? "?";
  const words = ((await textOf(join(folder, "cmdline"))) ?? "").split("\0").filter(Boolean);
  const owner = await stat(folder).catch(() => undefined);
  return {
    pid: Number(pid),
    name,
    command: words.join(" ") || name,
    uid: owner?.uid,
    devices,
    terminals,
  };
}

/** Those that have a port open. */
export async function holdersOf(
  path: string,
  processes: readonly ProcessFacts[],
  proc: string = "/proc",
): Promise<HolderFacts[]> {
  const device = (await resolved(path)) ?? path;
  const locked = await lockingPids(device, proc);
  return processes
    .filter(({ devices, terminals }) => devices.has(device) || terminals.has(device))
    .map(({ pid, name, command }) => ({ pid, name, command, hasLock: locked.has(pid) }))
    .sort((a, b) => a.pid - b.pid);
}

/** Pids that hold an flock on a device: `/proc/locks` names it by device and inode. */
async function lockingPids(device: string, proc: string): Promise<Set<number>> {
  const found = await stat(device).catch(() => undefined);
  const rows = ((await textOf(join(proc, "locks"))) ?? "").split("\n");
  const pids = rows
    .map((row) => row.trim().split(/\s+/))
    .filter((words) => words[1] === "FLOCK" && words[5]?.split(":")[2] === String(found?.ino))
    .map((words) => Number(words[4]));
  return new Set(pids);
}

/** Ports that programs of this user have open; what they have not read is asked by `unread`. */
export async function openPortsOf(
  uid: number,
  processes: readonly ProcessFacts[],
  unread: (path: string) => Promise<number | undefined>,
): Promise<OpenPortFacts[]> {
  const own = processes.filter((one) => one.uid === uid);
  const open = own.flatMap((one) =>
    [...one.devices]
      .filter((path) => !one.terminals.has(path))
      .map((path) => ({ path, pid: one.pid, name: one.name })),
  );
  return Promise.all(open.map(async (port) => ({ ...port, unreadBytes: await unread(port.path) })));
}

/** ModemManager, if it runs. */
export function modemManagerOf(
  processes: readonly ProcessFacts[],
  ignoresDevice: boolean | undefined,
): ModemManagerFacts | undefined {
  const found = processes.find(({ name }) => name === "ModemManager");
  return found === undefined ? undefined : { pid: found.pid, ignoresDevice };
}
