// A file system that is soon full.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/**
 * Mounts 64 KiB for one test; `undefined`, and the test skipped, for a user who may not mount.
 *
 * @param options More options of tmpfs(5), as `nr_inodes=1`.
 */
export function smallDisk(t: TestContext, ...options: readonly string[]): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-hub-disk-"));
  const given = ["size=64k", ...options].join(",");
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", given, "tmpfs", folder]);
  t.after(() => {
    if (mounted.status === 0) spawnSync("umount", [folder]);
    rmdirSync(folder);
  });
  if (mounted.status === 0) return folder;
  t.skip("this user cannot mount a file system");
  return undefined;
}
