// Programs of test/fixtures/ under strace(1): every system call that their threads make, in a log
// that is written as they go.

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, watch } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { type Child, startProgram } from "./child.ts";

/** Far longer than a program takes to come to rest. */
const BOUND_MS = 15_000;

/** Why nothing can be traced here; `false` where it can. */
export function whyNoStrace(): string | false {
  if (process.versions["bun"] !== undefined || process.versions["deno"] !== undefined) {
    return "the calls of a runtime's own loop are counted on Node.js only";
  }
  const { error, status } = spawnSync("strace", ["-o", "/dev/null", "true"]);
  if (error !== undefined) return "strace is not installed";
  return status === 0 ? false : "strace may not trace here";
}

/** A traced program. */
export interface Traced {
  readonly child: Child;
  /** Waits until no thread has made a system call for so long; fails when that does not come. */
  atRest(restMs: number): Promise<void>;
  /** Calls of the main thread between two texts that it wrote, as strace writes them. */
  callsBetween(first: string, last: string): readonly string[];
}

/** Starts a program under strace; the caller disposes of `child`. */
export function startTraced(
  t: TestContext,
  command: readonly [name: string, ...args: string[]],
  env: NodeJS.ProcessEnv = {},
): Traced {
  const log = join(temporaryFolder(t), "strace.log");
  const [name, ...args] = command;
  const file = fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
  const child = startProgram("strace", ["-f", "-o", log, process.execPath, file, ...args], {
    env: { ...process.env, ...env },
  });
  return {
    child,
    atRest: (restMs) => unchangedFor(log, restMs),
    callsBetween: (first, last) => callsBetween(readFileSync(log, "utf8"), first, last),
  };
}

async function unchangedFor(file: string, restMs: number): Promise<void> {
  const bound = AbortSignal.timeout(BOUND_MS);
  using watcher = closing(watch(file));
  const moved = (signal: AbortSignal): Promise<unknown> =>
    once(watcher.value, "change", { signal });
  for (;;) {
    const rest = AbortSignal.timeout(restMs);
    try {
      await moved(AbortSignal.any([rest, bound]));
    } catch (error) {
      if (rest.aborted && !bound.aborted) return;
      throw new Error("the program is never at rest", { cause: error });
    }
  }
}

function closing<T extends { close(): void }>(value: T): Disposable & { readonly value: T } {
  return { value, [Symbol.dispose]: () => value.close() };
}

/**
 * Lines are `PID call(…) = result`; a call interrupted by another thread continues in a second
 * line.
 */
function callsBetween(log: string, first: string, last: string): readonly string[] {
  const lines = log.split("\n");
  const wrote = (text: string): number =>
    lines.findIndex((line) => line.includes("write(1,") && line.includes(JSON.stringify(text)));
  const from = wrote(first);
  const to = wrote(last);
  if (from === -1 || to === -1) throw new Error("the texts are not in the log");
  const [pid] = (lines[from] as string).split(" ", 1);
  return lines
    .slice(from + 1, to)
    .filter((line) => line.startsWith(`${pid} `) && !line.includes("resumed>"))
    .map((line) => line.slice((pid as string).length).trim());
}
