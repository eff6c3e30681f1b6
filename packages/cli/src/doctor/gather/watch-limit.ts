// Whether this user can still watch files, and which programs use up the limits of inotify.

import { watch } from "node:fs";
import { join } from "node:path";
import { listOpenFiles, processName } from "anyserial/internal";
import type { WatchFailureFacts } from "../facts.ts";
import { textOf } from "./read.ts";

const INSTANCE = /^(anon_inode:)?\[?inotify\]?$/;
/** Programs to name, those with most instances first. */
const MOST_NAMED = 3;

/**
 * Tries to watch a folder.
 *
 * @param seams For tests: the attempt, and the folders with processes and limits.
 * @returns Why it is refused; `undefined` where it is not.
 */
export async function gatherWatchFailure(
  seams: { readonly tryToWatch?: () => void; readonly proc?: string } = {},
): Promise<WatchFailureFacts | undefined> {
  const { tryToWatch = watchOnce, proc = "/proc" } = seams;
  try {
    tryToWatch();
    return undefined;
  } catch (error) {
    return {
      code: (error as NodeJS.ErrnoException).code ?? String(error),
      maxInstances: await limit(proc, "max_user_instances"),
      maxWatches: await limit(proc, "max_user_watches"),
      holders: gatherHolders(proc),
    };
  }
}

function watchOnce(): void {
  watch("/", { persistent: false }).close();
}

async function limit(proc: string, name: string): Promise<number | undefined> {
  const text = await textOf(join(proc, "sys/fs/inotify", name));
  return text === undefined ? undefined : Number(text);
}

/** Reads only processes that this user may inspect. */
function gatherHolders(proc: string): WatchFailureFacts["holders"] {
  const holders: { pid: number; name: string; instances: number }[] = [];
  for (const { pid, files } of listOpenFiles(proc)) {
    const instances = [...files.values()].filter((target) => INSTANCE.test(target)).length;
    if (instances > 0) holders.push({ pid, name: processName(pid, proc), instances });
  }
  return holders.sort((one, other) => other.instances - one.instances).slice(0, MOST_NAMED);
}
