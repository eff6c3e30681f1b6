// Counts the resources of a process: descriptors, threads, children, and handles that keep its
// event loop alive.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { TestContext } from "node:test";
import { until } from "@anyserial/test-support/until";
import { createVirtualPort, type VirtualPort } from "anyserial/pty";

/** Resources of a process. */
interface Holdings {
  /** Open descriptors, as `number target`. */
  readonly descriptors: readonly string[];
  readonly threads: number;
  readonly children: readonly string[];
  /** Handles that keep the event loop alive, by type. */
  readonly resources: readonly string[];
  readonly exitListeners: number;
}

/**
 * How many more are no leak: the engine may start a thread of its own late. One of ours has
 * descriptors, too, and is seen by these.
 */
const LATE_STARTERS = { threads: 1, exitListeners: 0 } as const;

/** Counts the resources of this process. */
function holdings(): Holdings {
  return {
    descriptors: descriptors(),
    threads: readdirSync("/proc/self/task").length,
    children: children(),
    resources: process.getActiveResourcesInfo().filter((type) => type !== "Immediate"),
    exitListeners: process.listenerCount("exit"),
  };
}

/**
 * Wraps a test: it fails when it leaves anything behind that was not there before.
 *
 * @param run The test.
 * @returns What to give to `test()`.
 */
export function leakFree(
  run: (t: TestContext) => void | Promise<void>,
): (t: TestContext) => Promise<void> {
  return async (t) => {
    await warmUp;
    const before = holdings();
    await run(t);
    await expectNoMoreThan(before);
  };
}

/** Waits until nothing is held that was not held before: the reactor outlives its last port a little. */
async function expectNoMoreThan(before: Holdings): Promise<void> {
  let left: string[] = [];
  try {
    await until("nothing is left behind", () => {
      left = moreThan(before);
      return left.length === 0;
    });
  } catch {
    throw new Error(`left behind: ${left.join(", ")}`);
  }
}

function moreThan(before: Holdings): string[] {
  const now = holdings();
  const fresh = (name: "descriptors" | "children" | "resources"): string[] => {
    const known = [...before[name]];
    return now[name].filter((entry) => {
      const at = known.indexOf(entry);
      if (at !== -1) known.splice(at, 1);
      return at === -1;
    });
  };
  const more = Object.entries(LATE_STARTERS).flatMap(([name, late]) => {
    const [was, is] = [before, now].map((held) => held[name as keyof typeof LATE_STARTERS]);
    return (is ?? 0) > (was ?? 0) + late ? [`${name} ${was} -> ${is}`] : [];
  });
  return [...fresh("descriptors"), ...fresh("children"), ...fresh("resources"), ...more];
}

function descriptors(): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return `fd ${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`;
    } catch {
      return []; // the one that read the folder
    }
  });
}

function children(): string[] {
  return readdirSync("/proc/self/task").flatMap((task) => {
    try {
      const pids = readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(" ");
      return pids.filter((pid) => pid !== "").map((pid) => `child ${pid}`);
    } catch {
      return []; // the thread ended meanwhile
    }
  });
}

/**
 * Keeps the reactor's thread for the rest of the file, by an idle port: in a file with hundreds of tests it
 * would be waited for, 250 ms each time, after each of them.
 */
export async function keepReactor(): Promise<void> {
  await warmUp;
  if (process.env["ANYSERIAL_READINESS"] === "reactor") kept.push(await createVirtualPort());
}

const kept: VirtualPort[] = [];

/**
 * Resources made on first use and kept: Node's thread pool, inotify instance and spare descriptor,
 * and our own inotify.
 */
const warmUp = (async (): Promise<void> => {
  await once(spawn("true"), "close"); // its pipes are streams: the first one opens the spare descriptor
  await Promise.all(Array.from({ length: 8 }, () => stat("/")));
  watch(tmpdir(), { persistent: false }, () => undefined).close();
  const before = holdings();
  await (await createVirtualPort()).close();
  await until("the reactor has ended", () => holdings().threads <= before.threads);
})();
