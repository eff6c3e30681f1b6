// Processes and the devices that they have open, from /proc: those of other users only as root.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { listOpenFiles, type ProcessFiles, processName } from "anyserial/internal";
import type { HolderFacts, MakerFacts, ModemManagerFacts, OpenPortFacts } from "../facts.ts";
import { resolved, textOf } from "./read.ts";

const PORT = /^\/dev\/(tty[A-Z]|pts\/|rfcomm)/;

const CONTROLLER = /\/ptmx$/;

/** A process with the terminals that it has open. */
export interface ProcessFacts {
  readonly pid: number;
  readonly name: string;
  readonly command: string;
  readonly uid: number | undefined;
  /** Paths under /dev. */
  readonly devices: ReadonlySet<string>;
  /** Numbers of the ptys whose controllers it has open. */
  readonly ptys: ReadonlySet<number>;
  /** Standard streams that are terminals: a shell holds its terminal, not a port. */
  readonly terminals: ReadonlySet<string>;
}

/** Reads every visible process except this one. */
export async function gatherProcesses(proc: string = "/proc"): Promise<ProcessFacts[]> {
  return Promise.all([...listOpenFiles(proc)].map((found) => gatherProcess(proc, found)));
}

async function gatherProcess(proc: string, { pid, files }: ProcessFiles): Promise<ProcessFacts> {
  const folder = join(proc, `${pid}`);
  const devices = new Set<string>();
  const terminals = new Set<string>();
  const ptys = new Set<number>();
  for (const [fd, target] of files) {
    if (CONTROLLER.test(target)) await addPty(ptys, join(folder, "fdinfo", `${fd}`));
    else if (!PORT.test(target)) continue;
    else if (fd <= 2) terminals.add(target);
    else devices.add(target);
  }
  const name = processName(pid, proc);
  const words = ((await textOf(join(folder, "cmdline"))) ?? "").split("\0").filter(Boolean);
  const owner = await stat(folder).catch(() => undefined);
  return {
    pid,
    name,
    command: words.join(" ") || name,
    uid: owner?.uid,
    devices,
    ptys,
    terminals,
  };
}

/** The kernel names the pty of a controller in `fdinfo`, see proc_pid_fdinfo(5). */
async function addPty(ptys: Set<number>, info: string): Promise<void> {
  const number = (await textOf(info))?.match(/^tty-index:\s*(\d+)$/m)?.[1];
  if (number !== undefined) ptys.add(Number(number));
}

/** The process that made a pty; one of another user is seen by root only. */
export function makerOf(
  device: string | undefined,
  processes: readonly ProcessFacts[],
): MakerFacts | undefined {
  const number = device?.match(/^\/dev\/pts\/(\d+)$/)?.[1];
  if (number === undefined) return undefined;
  const found = processes.find(({ ptys }) => ptys.has(Number(number)));
  return found && { pid: found.pid, name: found.name, command: found.command };
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

/** Ports that programs of this user have open; `unread` reads their unread bytes. */
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
