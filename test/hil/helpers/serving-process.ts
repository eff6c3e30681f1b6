// The child process that serves the adapters of a program.

import { readdirSync, readFileSync } from "node:fs";

/** Finds the process that serves the adapters of a program. */
export function servingProcess(parent: number): number {
  const found = readdirSync("/proc").find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const command = readFileSync(`/proc/${name}/cmdline`, "latin1");
      return new RegExp(`^PPid:\\t${parent}$`, "m").test(status) && command.includes("\0-e\0");
    } catch {
      return false; // it ended meanwhile
    }
  });
  if (found === undefined) throw new Error("no process serves");
  return Number(found);
}
