// Checks the commits of a change, `node scripts/check-commits.mjs <base>`: form of the subject, and a
// changelog line in each feat or fix that touches the sources of a package.
import { spawnSync } from "node:child_process";

const SUBJECT =
  /^(feat|fix|perf|refactor|docs|test|build|ci|chore)(\((core|linux|darwin|bsd|windows|posix|ffi|hub|cli|binding|hil|docs|repo)\))?: \S/;
const base = process.argv[2];
const problems = [];

for (const line of git("log", "--no-merges", "--format=%h %s", base ? `${base}..HEAD` : "HEAD")) {
  const [, commit, subject] = line.match(/^(\S+) (.*)$/);
  const files = git("show", "--format=", "--name-only", commit);
  if (!SUBJECT.test(subject)) problems.push(`${commit}: not "type(scope): summary": ${subject}`);
  if (subject.length > 72) problems.push(`${commit}: subject longer than 72 characters`);
  const changesSource = files.some((file) => /^packages\/[^/]+\/src\//.test(file));
  if (/^(feat|fix)\b/.test(subject) && changesSource && !files.includes("CHANGELOG.md")) {
    problems.push(`${commit}: changes visible behavior without a line in CHANGELOG.md`);
  }
}

for (const problem of problems) console.error(`check-commits: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

function git(...args) {
  const result = spawnSync("git", ["-c", "safe.directory=*", ...args], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`git ${args[0]} failed: ${result.stderr}`);
  return result.stdout.split("\n").filter((line) => line !== "");
}
