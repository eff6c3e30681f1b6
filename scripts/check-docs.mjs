// Checks what the house rules say about text: links and anchors lead somewhere, each source file has a
// header, comments carry no plans, only one file reads the platform, no address of one machine. The words are
// checked by check-english.mjs.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkEnglish } from "./check-english.mjs";
import { listFiles } from "./list-files.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const problems = [];
/** Modules and functions that a test runner puts its own clock into. */
const FAKED = /"node:(timers(\/promises)?|perf_hooks)"|\bprocess\.nextTick\b/;
/** Modules that keep the originals, and modules that no application loads. */
const MAY_BE_FAKED =
  /\/src\/(testing\/|process\/(stand-in-)?timers\.ts)|\.program\.ts$|^packages\/cli\//;
const files = listFiles();
const sources = files.filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file));

for (const file of files.filter((name) => name.endsWith(".md"))) checkLinks(file);
for (const file of sources) checkSource(file);
for (const file of files) checkAddresses(file);
checkVersions();
problems.push(...checkEnglish(files));

for (const problem of problems) console.error(`check-docs: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

function checkLinks(file) {
  const text = withoutCode(readFileSync(file, "utf8"));
  const targets = [
    ...[...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map((match) => match[1]),
    ...[...text.matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/gm)].map((match) => match[1]),
  ];
  for (const target of targets.filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link))) {
    const [path, anchor] = decodeURI(target).split("#");
    const linked = path === "" ? file : join(dirname(file), path);
    if (!existsSync(linked)) problems.push(`${file}: no such file: ${target}`);
    else if (anchor && linked.endsWith(".md") && !listAnchors(linked).has(anchor)) {
      problems.push(`${file}: no such heading: ${target}`);
    }
  }
}

/** Derives the anchors of a page's headings as GitHub does; a repeated heading gets a number. */
function listAnchors(file) {
  const text = readFileSync(file, "utf8").replace(/^(```|~~~)[\s\S]*?^\1/gm, "");
  const anchors = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map((match) => match[1]));
  for (const [, heading] of text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

function checkSource(file) {
  const text = readFileSync(file, "utf8").replace(/^#!.*\n/, "");
  const header = text.match(/^(\/\*[\s\S]*?\*\/\n|(\/\/.*\n)+)/)?.[0];
  const next = text.slice(header?.length ?? 0);
  if (!header) problems.push(`${file}: the file has no header comment`);
  else if (/^(export )?(async |abstract )?(function|class|interface|type|const) /.test(next)) {
    problems.push(`${file}: the first comment belongs to a symbol; the file needs a header`);
  }
  for (const [index, line] of text.split("\n").entries()) {
    const isComment = /^\s*(\/\/|\/?\*)/.test(line);
    const reads = !isComment && /\bprocess\.platform\b|\bos\.platform\(/.test(line);
    if (reads && !file.endsWith("anyserial/src/platform/select.ts")) {
      problems.push(`${file}:${index + 1}: only platform/select.ts reads the platform`);
    }
    if (!isComment && FAKED.test(line) && !MAY_BE_FAKED.test(file)) {
      problems.push(
        `${file}:${index + 1}: only timers.ts imports functions that test runners fake`,
      );
    }
    if (/\b(TODO|FIXME|XXX|HACK)\b/.test(line)) {
      problems.push(`${file}:${index + 1}: a comment says why, it does not plan`);
    }
  }
}

function checkAddresses(file) {
  const text = readFileSync(file, "utf8");
  if (text.includes("\0")) return;
  const [machine] =
    text.match(/(?<=^|[\s"'`(=])\/(home|Users|root|work|tmp\/[a-z]+\.)\/[\w.-]+/m) ?? [];
  const [registry] = text.match(/\bregistry\.[\w-]+\.[a-z]{2,}\b/i) ?? [];
  if (machine) problems.push(`${file}: a path of one machine: ${machine}`);
  if (registry) problems.push(`${file}: the address of a package registry: ${registry}`);
}

function checkVersions() {
  const names = files.filter((file) => /^(packages\/[^/]+\/)?package\.json$/.test(file));
  const versions = new Set(names.map((file) => JSON.parse(readFileSync(file, "utf8")).version));
  if (versions.size > 1) problems.push(`package versions differ: ${[...versions].join(", ")}`);
  if (!/^## \[Unreleased\]$/m.test(readFileSync("CHANGELOG.md", "utf8"))) {
    problems.push("CHANGELOG.md: no [Unreleased] section");
  }
}

function withoutCode(text) {
  return text.replace(/^\s*(```|~~~)[\s\S]*?^\s*\1/gm, "").replace(/`[^`\n]*`/g, "");
}
