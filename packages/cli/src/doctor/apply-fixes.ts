// --fix: runs commands of the doctor's findings, each after a yes from the user.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline/promises";
import type { InputStream, OutputStream } from "../terminal/streams.ts";
import type { Finding } from "./finding.ts";

/** Where to ask. */
export interface Asker {
  readonly stdin: InputStream;
  readonly stderr: OutputStream;
  readonly signal: AbortSignal;
}

/**
 * Offers every fix that may be run, in order.
 *
 * @param findings Findings, of which some have a command.
 * @param asker Where to ask.
 * @returns Commands that were run and ended with status 0.
 * @throws `signal.reason` — the signal is aborted.
 */
export async function applyFixes(findings: readonly Finding[], asker: Asker): Promise<number> {
  const fixes = findings
    .filter(({ severity }) => severity === "problem" || severity === "warning")
    .flatMap(({ fix }) => fix);
  const lines = createInterface({ input: asker.stdin, terminal: false });
  let done = 0;
  try {
    for (const { command, run } of fixes) {
      if (run === undefined) continue;
      asker.stderr.write(`run \`${command}\`? [y/N] `);
      const answer = await lines.question("", { signal: asker.signal });
      if (/^y(es)?$/i.test(answer.trim()) && (await succeeds(run))) done++;
    }
  } finally {
    lines.close();
  }
  return done;
}

function succeeds([program = "", ...args]: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit" });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
