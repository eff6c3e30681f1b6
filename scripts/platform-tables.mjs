// The capability tables of the documentation, from the records in the code: checks them, or writes them
// with `--write`. A page says where its table is, and of which systems:
// `<!-- capabilities: freebsd openbsd -->` … `<!-- /capabilities -->`. Needs a build.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { listFiles } from "./list-files.mjs";

const DIST = "../packages/anyserial/dist";
const PLACE = /(<!-- capabilities: ([a-z ]+) -->\n)[\s\S]*?(<!-- \/capabilities -->)/g;

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const { FEATURES } = await import(`${DIST}/capabilities.js`);
const { LINUX_CAPABILITIES } = await import(`${DIST}/linux/platform.js`);
const { DARWIN_CAPABILITIES } = await import(`${DIST}/darwin/platform.js`);
const { bsdCapabilities } = await import(`${DIST}/bsd/platform.js`);
const { WINDOWS_CAPABILITIES } = await import(`${DIST}/windows/capabilities.js`);
const RECORDS = {
  linux: LINUX_CAPABILITIES,
  darwin: DARWIN_CAPABILITIES,
  freebsd: bsdCapabilities("freebsd"),
  openbsd: bsdCapabilities("openbsd"),
  netbsd: bsdCapabilities("netbsd"),
  dragonfly: bsdCapabilities("dragonfly"),
  windows: WINDOWS_CAPABILITIES,
};
const isWriting = process.argv.includes("--write");

for (const page of listFiles().filter((file) => file.endsWith(".md"))) {
  const text = readFileSync(page, "utf8");
  const wanted = text.replace(PLACE, (...[, begin, names, end]) => begin + table(names) + end);
  if (wanted === text) continue;
  if (isWriting) writeFileSync(page, wanted);
  else {
    console.error(`platform-tables: ${page} is not what the code says: run it with --write`);
    process.exitCode = 1;
  }
}

function table(names) {
  const systems = names.trim().split(" ");
  const rows = FEATURES.map((feature) => [
    `\`${feature}\``,
    ...systems.map((system) => RECORDS[system][feature]),
  ]);
  const lines = [["feature", ...systems], ["---", ...systems.map(() => "---")], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
