// concurrent-readers: more than one program has the port open: each byte goes to one of them.

import { hintFor } from "anyserial/internal";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** Checks for a second reader. */
export function checkConcurrentReaders({ path, holders }: Facts): readonly Finding[] {
  if (path === undefined || holders.length < 2) return [];
  return [
    {
      id: "concurrent-readers",
      severity: "problem",
      summary: `${holders.length} programs have ${path} open: each byte reaches only one of them`,
      evidence: holders.map((holder) => `pid ${holder.pid}: ${holder.command}`),
      hint: hintFor("SerialConcurrencyError", "ERR_SERIAL_CONCURRENT", { path }),
      fix: holders.slice(1).map((holder) => ({
        command: `kill ${holder.pid}`,
        run: ["kill", String(holder.pid)],
        note: `ends ${holder.name}`,
      })),
    },
  ];
}
