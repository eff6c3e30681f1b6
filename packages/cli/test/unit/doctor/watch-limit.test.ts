// A user who may watch no more files: the doctor's facts, and its finding.

import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "@anyserial/test-support/temporary-folder";
import { diagnose } from "../../../dist/doctor/checks.js";
import type { WatchFailureFacts } from "../../../dist/doctor/facts.js";
import { gatherWatchFailure } from "../../../dist/doctor/gather/watch-limit.js";
import { HEALTHY } from "../../helpers/doctor-facts.ts";

function makeProcess(proc: string, pid: number, fds: readonly string[]): void {
  mkdirSync(join(proc, String(pid), "fd"), { recursive: true });
  for (const [fd, target] of fds.entries()) {
    symlinkSync(target, join(proc, String(pid), "fd", String(fd)));
  }
  writeFileSync(join(proc, String(pid), "comm"), "editor\n");
}

function findingOf(watchFailure: WatchFailureFacts | undefined) {
  const facts = { ...HEALTHY, system: { ...HEALTHY.system, watchFailure } };
  return diagnose(facts).find(({ id }) => id === "watch-limit");
}

test("gatherWatchFailure() finds nothing where a folder can be watched", async () => {
  equal(await gatherWatchFailure({ tryToWatch: () => undefined }), undefined);
});

test("gatherWatchFailure() finds the limits, and the programs with inotify instances", async (t) => {
  const proc = temporaryFolder(t);
  makeProcess(proc, 41, ["anon_inode:inotify", "anon_inode:inotify", "/etc"]);
  makeProcess(proc, 42, ["anon_inode:[eventpoll]"]);
  mkdirSync(join(proc, "sys/fs/inotify"), { recursive: true });
  writeFileSync(join(proc, "sys/fs/inotify/max_user_instances"), "128\n");
  const tryToWatch = (): never => {
    throw Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
  };

  deepEqual(await gatherWatchFailure({ tryToWatch, proc }), {
    code: "EMFILE",
    maxInstances: 128,
    maxWatches: undefined,
    holders: [{ pid: 41, name: "editor", instances: 2 }],
  });
});

for (const [code, setting] of [
  ["EMFILE", "fs.inotify.max_user_instances=1024"],
  ["ENOSPC", "fs.inotify.max_user_watches=524288"],
] as const) {
  test(`watch-limit names the limit that is reached, and the setting (${code})`, () => {
    const holders = [{ pid: 41, name: "editor", instances: 100 }];
    const finding = findingOf({ code, maxInstances: 128, maxWatches: 8192, holders });

    equal(finding?.severity, "warning");
    deepEqual(finding?.evidence, [
      `watching a folder fails (${code})`,
      "fs.inotify.max_user_instances is 128",
      "fs.inotify.max_user_watches is 8192",
      "editor (pid 41) has 100 instances",
    ]);
    equal(finding?.fix[0]?.command, `sudo sysctl ${setting}`);
  });
}

test("watch-limit says nothing where files can be watched", () => {
  equal(findingOf(undefined), undefined);
});
