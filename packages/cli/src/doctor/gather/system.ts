// The machine, the runtime and the user.

import { access } from "node:fs/promises";
import { arch, release, type, userInfo } from "node:os";
import { platformCapabilities } from "anyserial";
import type { FailureFacts, SystemFacts, UserFacts } from "../facts.ts";
import { failureOf } from "./failure.ts";
import { namesIn, textOf } from "./read.ts";
import { gatherWatchFailure } from "./watch-limit.ts";

/** Asks the library whether it can use ports here: why not, or `undefined`. */
export async function gatherKoffi(): Promise<FailureFacts | undefined> {
  return platformCapabilities().then(() => undefined, failureOf);
}

/** Examines the machine. */
export async function gatherSystem(): Promise<SystemFacts> {
  const platform = await platformCapabilities().then(
    (capabilities) => capabilities.platform,
    () => type().toLowerCase(),
  );
  const osRelease = await textOf("/etc/os-release");
  const kernel = release();
  return {
    platform,
    kernel,
    arch: arch(),
    runtime: runtime(),
    distribution: /^ID="?([\w.-]+)/m.exec(osRelease ?? "")?.[1],
    isContainer: await isContainer(),
    isWsl: /microsoft/i.test(kernel),
    hasSysfs: (await namesIn("/sys/class/tty")).length > 0,
    watchFailure: platform === "linux" ? await gatherWatchFailure() : undefined,
  };
}

/** Reads the user's ids and groups. */
export async function gatherUser(): Promise<UserFacts> {
  const { username, uid } = userInfo();
  const groups = (await textOf("/etc/group")) ?? "";
  const memberOf = groups
    .split("\n")
    .map((row) => row.split(":"))
    .filter(([, , , members]) => members?.split(",").includes(username) === true)
    .map(([name]) => name ?? "");
  return { name: username, uid, groups: process.getgroups?.() ?? [], memberOf };
}

function runtime(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node.js ${node}` : `Deno ${deno}`;
}

async function isContainer(): Promise<boolean> {
  const marks = ["/.dockerenv", "/run/.containerenv"];
  const found = await Promise.all(
    marks.map((mark) =>
      access(mark).then(
        () => true,
        () => false,
      ),
    ),
  );
  return (
    found.includes(true) || /docker|containerd|lxc/.test((await textOf("/proc/1/cgroup")) ?? "")
  );
}
