// Checks which folders import which: `node scripts/check-layers.mjs`. The table in each src/README.md is the rule, so
// that a newcomer and the check read the same lines. A folder that no row names, an import that no row
// allows, an allowed import that does not exist, and a circle of folders are errors; type-only imports count.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const problems = readdirSync("packages").flatMap((name) =>
  checkPackage(join("packages", name, "src")),
);
for (const problem of problems) console.error(`layers: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

function checkPackage(src) {
  const rules = readRules(join(src, "README.md"));
  const imports = readImports(src);
  const rooms = new Set([...imports.keys()]);
  return [
    ...[...rooms].filter((room) => !rules.has(room)).map((room) => `${src}: no row for ${room}`),
    ...[...rules.keys()]
      .filter((room) => !rooms.has(room))
      .map((room) => `${src}: nothing is in ${room}`),
    ...[...imports].flatMap(([room, found]) =>
      compare(src, room, { found, allowed: rules.get(room) }),
    ),
    ...findCircle(src, rules),
  ];
}

function compare(src, room, { found, allowed = new Set() }) {
  return [
    ...[...found]
      .filter(([to]) => !allowed.has(to))
      .map(([to, file]) => `${src}/${file}: ${room} may not import ${to}`),
    ...[...allowed]
      .filter((to) => !found.has(to))
      .map((to) => `${src}/README.md: ${room} does not import ${to}`),
  ];
}

/** Rows of the table: | `folder/` | sentence | `import/` … |. */
function readRules(file) {
  const rows = readFileSync(file, "utf8").matchAll(/^\| `([\w.-]+)\/?` \|[^|]*\|([^|]*)\|$/gm);
  return new Map(
    [...rows].map(([, room, list]) => [
      room,
      new Set([...list.matchAll(/`([\w.-]+)\/?`/g)].map(([, to]) => to)),
    ]),
  );
}

/** Imports between folders; a file at the top of src is a folder of its own. */
function readImports(src) {
  const rooms = new Map();
  const files = readdirSync(src, { recursive: true }).map((file) => file.replaceAll("\\", "/"));
  for (const file of files.filter((name) => /\.c?ts$/.test(name) && !isTwin(src, name))) {
    const from = roomOf(file);
    const found = rooms.get(from) ?? new Map();
    rooms.set(from, found);
    for (const [, target] of readFileSync(join(src, file), "utf8").matchAll(
      /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g,
    )) {
      const to = roomOf(posix.join(dirname(file), target));
      if (to !== from) found.set(to, file);
    }
  }
  return rooms;
}

/** A CommonJS file beside one of the same name is that one for another loader. */
function isTwin(src, file) {
  return file.endsWith(".cts") && existsSync(join(src, file.replace(/\.cts$/, ".ts")));
}

function roomOf(file) {
  return file.includes("/") ? file.split("/")[0] : basename(file);
}

function findCircle(src, rules) {
  const done = new Set();
  const path = [];
  const visit = (room) => {
    if (path.includes(room)) return [`${src}: a circle: ${[...path, room].join(" → ")}`];
    if (done.has(room)) return [];
    path.push(room);
    const found = [...(rules.get(room) ?? [])].flatMap(visit);
    path.pop();
    done.add(room);
    return found;
  };
  return [...rules.keys()].flatMap(visit);
}
