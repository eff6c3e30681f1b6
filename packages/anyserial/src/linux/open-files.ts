// Processes and the files that they have open, from /proc. The files of another user's process are visible to
// root only.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** A process with its open files. */
export interface ProcessFiles {
  readonly pid: number;
  /** Paths by number of the descriptor, as the kernel shows them. */
  readonly files: ReadonlyMap<number, string>;
}

/**
 * Lists all processes except this one. Each is read when the caller asks for it, so a caller that has other
 * work can do it in between.
 *
 * @param proc Root of procfs; a parameter for tests.
 * @returns Processes in order of pid; none if there is no procfs.
 */
export function* listOpenFiles(proc: string = "/proc"): Generator<ProcessFiles, void> {
  const pids = namesIn(proc)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  for (const pid of pids) {
    if (pid !== process.pid) yield { pid, files: filesOf(join(proc, `${pid}`, "fd")) };
  }
}

/**
 * Reads the name of a program. It comes from another program, so characters that could control a terminal are
 * replaced.
 *
 * @returns At most 15 characters (`/proc/PID/comm`); `?` if the process has ended.
 */
export function processName(pid: number, proc: string = "/proc"): string {
  try {
    const name = readFileSync(join(proc, `${pid}`, "comm"), "utf8");
    return name.trim().replace(/\p{C}/gu, "?");
  } catch {
    return "?";
  }
}

/**
 * Reads the open files of one process.
 *
 * @param folder Its folder `fd` in procfs.
 */
export function filesOf(folder: string): Map<number, string> {
  const files = new Map<number, string>();
  for (const fd of namesIn(folder)) {
    try {
      files.set(Number(fd), readlinkSync(join(folder, fd)));
    } catch {
      // it was closed meanwhile
    }
  }
  return files;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
