// Copies the pages of docs/ into the package `anyserial`, when it is built and before it is packed:
// the hints of errors name them there. Links to files that are not copied become text; pictures are left out, since
// they would be most of the package.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../docs", import.meta.url));
const target = fileURLToPath(new URL("../packages/anyserial/docs", import.meta.url));

/** Pages for those who work on the project. */
const ours = ["adding-a-platform.md", "design.md", "hardware-testing.md"];

const pages = ["", "platforms"].flatMap((folder) =>
  readdirSync(join(source, folder))
    .filter((name) => name.endsWith(".md") && !ours.includes(name))
    .map((name) => join(folder, name)),
);

rmSync(target, { recursive: true, force: true });
for (const page of pages) {
  const text = readFileSync(join(source, page), "utf8");
  const plain = text
    .replace(/^!\[[^\]]*\]\([^)\s]+\)\n\n?/gm, "")
    .replace(/!\[([^\]]*)\]\([^)\s]+\)/g, "$1");
  const copy = plain.replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (link, label, to) =>
    leadsOut(page, to) ? label : link,
  );
  mkdirSync(dirname(join(target, page)), { recursive: true });
  writeFileSync(join(target, page), copy);
}

function leadsOut(page, to) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(to) || to.startsWith("#")) return false;
  const linked = resolve(source, dirname(page), to.split("#")[0]);
  return !(existsSync(linked) && pages.includes(relative(source, linked)));
}
