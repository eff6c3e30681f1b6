// Lists the files of the repository that are committed, or could be, relative to its root.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

export function listFiles() {
  const args = ["-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"];
  const git = spawnSync("git", args, { encoding: "utf8" });
  if (git.status !== 0) throw new Error(`git ls-files failed: ${git.stderr ?? git.error}`);
  return git.stdout.split("\n").filter((file) => file !== "" && existsSync(file));
}
