// The machine, the runtime and the user.

import { access } from "node:fs/promises";
import { arch, release, userInfo } from "node:os";
import { platformCapabilities } from "anyserial";
import type { SystemFacts, UserFacts } from "../facts.ts";
import { namesIn, textOf } from "./read.ts";

/** Looks at the machine. */
export async function gatherSystem(): Promise<SystemFacts> {
  const { platform } = await platformCapabilities();
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
  };
}

/** Looks at who runs this. */
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
