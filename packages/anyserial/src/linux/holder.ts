// Processes that have a port open, for the error of an open that fails.

import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { nextTurn } from "../process/timers.ts";
import { filesOf, listOpenFiles, processName } from "./open-files.ts";

/** A process that has a device open. */
export interface Holder {
  readonly pid: number;
  /** Name of the program, at most 15 characters. */
  readonly name: string;
}

/**
 * Lists the processes that have a device open, without this one. Returns to the event loop after each process.
 *
 * @param path Path of the device.
 * @param proc Root of procfs; a parameter for tests.
 * @returns Processes in order of pid; empty where none can be seen.
 */
export async function findHolders(path: string, proc: string = "/proc"): Promise<Holder[]> {
  const device = await realpath(path).catch(() => path);
  const holders: Holder[] = [];
  for (const { pid, files } of listOpenFiles(proc)) {
    if ([...files.values()].includes(device)) holders.push({ pid, name: processName(pid, proc) });
    await nextTurn();
  }
  return holders;
}

/**
 * Returns whether this process has a device open, in any thread, and by any copy of the library.
 *
 * @param path Path of the device.
 * @param proc Root of procfs; a parameter for tests.
 */
export function isOpenHere(path: string, proc: string = "/proc"): boolean {
  try {
    const device = realpathSync(path);
    return [...filesOf(join(proc, "self/fd")).values()].includes(device);
  } catch {
    return false; // nothing is at the path any more
  }
}
