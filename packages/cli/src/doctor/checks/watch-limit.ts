// watch-limit: this user may watch no more files, so ports are polled.

import type { Facts } from "../facts.ts";
import type { Finding, Fix } from "../finding.ts";

/** Common values of distributions that raise the limit. */
const ENOUGH_INSTANCES = 1024;
const ENOUGH_WATCHES = 524_288;

/** Checks the limits of inotify. */
export function checkWatchLimit({ system }: Facts): readonly Finding[] {
  const { watchFailure } = system;
  if (watchFailure === undefined) return [];
  const { code, maxInstances, maxWatches, holders } = watchFailure;
  return [
    {
      id: "watch-limit",
      severity: "warning",
      summary: "This user may watch no more files: ports are polled once a second instead",
      evidence: [
        `watching a folder fails (${code})`,
        ...(maxInstances === undefined ? [] : [`fs.inotify.max_user_instances is ${maxInstances}`]),
        ...(maxWatches === undefined ? [] : [`fs.inotify.max_user_watches is ${maxWatches}`]),
        ...holders.map(
          ({ pid, name, instances }) => `${name} (pid ${pid}) has ${instances} instances`,
        ),
      ],
      hint: "raise the limit, or end a program that uses many instances",
      fix: code === "ENOSPC" ? [raise("watches", maxWatches)] : [raise("instances", maxInstances)],
    },
  ];
}

function raise(what: "instances" | "watches", limit: number | undefined): Fix {
  const enough = what === "instances" ? ENOUGH_INSTANCES : ENOUGH_WATCHES;
  const setting = `fs.inotify.max_user_${what}=${Math.max(enough, 2 * (limit ?? 0))}`;
  return {
    command: `sudo sysctl ${setting}`,
    run: ["sudo", "sysctl", setting],
    note: "until the next start; for good, write the setting to a file in /etc/sysctl.d",
  };
}
