// Processes, as the kernel shows them: the one that serves the adapters of a program, and those that hang.

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

/** Numbers of the programs that wait in the kernel beyond every signal, or that have ended but for a thread that does. */
export function stuckProcesses(): readonly string[] {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const isKernel = !status.includes("\nVmSize:") && !/^State:\tZ/m.test(status);
      return !isKernel && /^State:\t[DZ]/m.test(status);
    } catch {
      return false; // it ended meanwhile
    }
  });
}
