// The process that serves the adapters of a program, found in /proc.

import { readdirSync, readFileSync } from "node:fs";

/**
 * Finds it.
 *
 * @param parent Number of the program's process.
 */
export function servingProcess(parent: number = process.pid): number {
  const found = readdirSync("/proc").find((name) => /^\d+$/.test(name) && isServing(name, parent));
  if (found === undefined) throw new Error(`no process serves the adapters of ${parent}`);
  return Number(found);
}

function isServing(name: string, parent: number): boolean {
  try {
    const status = readFileSync(`/proc/${name}/status`, "utf8");
    const command = readFileSync(`/proc/${name}/cmdline`, "latin1");
    return new RegExp(`^PPid:\\t${parent}$`, "m").test(status) && command.includes("\0-e\0");
  } catch {
    return false; // it ended meanwhile
  }
}
