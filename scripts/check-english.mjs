// Checks that documents, sources and test names are in plain English: fewer than 0.3 words of the private
// dialect that english.mjs describes in 1000. `node scripts/check-english.mjs PATH…` lists every
// occurrence in files whose path contains one of these, and the total of each group and package.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BOUND, countDialect, proseOfPage, proseOfSource, testNames } from "./english.mjs";
import { listFiles } from "./list-files.mjs";

/** The groups of text, each with its own count. */
const GROUPS = [
  { name: "documents", files: /\.md$/, prose: proseOfPage },
  {
    name: "sources",
    files: /^packages\/[^/]+\/src\/.*(?<!\.program)\.ts$/,
    prose: proseOfSource,
  },
  { name: "test names", files: /\.test\.ts$/, prose: testNames },
];

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
  const files = listFiles();
  for (const group of GROUPS) printCounts(group, countFiles(group, files));
  const problems = checkEnglish(files);
  for (const problem of problems) console.error(`check-english: ${problem}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/**
 * Compares each group with its bound.
 *
 * @param files Paths relative to the root, which is the current folder.
 * @returns A sentence for each group that has too much dialect.
 */
export function checkEnglish(files) {
  return GROUPS.flatMap((group) => {
    const total = sum(countFiles(group, files));
    if (perThousand(total) < BOUND) return [];
    return `${group.name}: ${total.found} words of dialect are too many; node scripts/check-english.mjs PATH lists them`;
  });
}

function countFiles({ files: pattern, prose }, files) {
  return files
    .filter((file) => pattern.test(file))
    .map((file) => ({ file, ...countDialect(prose(readFileSync(file, "utf8"))) }));
}

function sum(counts) {
  const words = counts.reduce((all, count) => all + count.words, 0);
  return { words, found: counts.reduce((all, { found }) => all + found.length, 0) };
}

function perThousand({ words, found }) {
  return words === 0 ? 0 : (found / words) * 1000;
}

function printCounts({ name }, counts) {
  const parts = process.argv.slice(2);
  for (const { file, found } of counts) {
    if (!parts.some((part) => file.includes(part))) continue;
    for (const text of found) console.log(`${file}: ${text}`);
  }
  const folders = new Set(counts.map(({ file }) => folderOf(file)));
  for (const folder of ["", ...folders]) {
    const total = sum(counts.filter(({ file }) => folder === "" || folderOf(file) === folder));
    const rate = `${total.found} in ${total.words} words, ${perThousand(total).toFixed(2)} per 1000`;
    console.log(`${name}, ${folder || "all"}: ${rate}`);
  }
}

function folderOf(file) {
  return file.match(/^(packages\/[^/]+|[^/]+)/)[0];
}
