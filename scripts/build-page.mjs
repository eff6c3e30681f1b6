// Builds the page of the hub: packages/hub/web into packages/hub/dist/web, with the licenses of what is in it.
// `node scripts/build-page.mjs --check` also compares its size, compressed, with the limit.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "packages/hub/web");
const target = join(root, "packages/hub/dist/web");
const LIMIT_BYTES = 250 * 1024;

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    main: join(source, "main.tsx"),
    "styles/main": join(source, "styles/main.css"),
    "styles/terminal": join(source, "styles/terminal.css"),
    "styles/plot": join(source, "styles/plot.css"),
  },
  outdir: target,
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: true,
  legalComments: "none", // licenses.txt has them
  metafile: true,
  logLevel: "warning",
});
for (const name of ["index.html", "icon.svg"]) copyFileSync(join(source, name), join(target, name));
writeFileSync(join(target, "licenses.txt"), licensesOf(Object.keys(metafile.inputs)));

if (process.argv.includes("--check")) checkSize();

/** The license of each package that is in the page. */
function licensesOf(inputs) {
  const folders = inputs.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []);
  const packages = [...new Set(folders)].sort((a, b) => (a < b ? -1 : 1));
  return packages
    .map((folder) => {
      const { name, version } = JSON.parse(
        readFileSync(join(root, folder, "package.json"), "utf8"),
      );
      const text = readFileSync(join(root, folder, "LICENSE"), "utf8");
      return `${name} ${version}\n\n${text.trim()}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

function checkSize() {
  const files = [...Object.keys(metafile.outputs).map((path) => basename(path)), "index.html"];
  const sizes = files.map((name) => {
    const bytes = gzipSync(readFileSync(join(target, name)), { level: 9 }).length;
    console.log(`${String(bytes).padStart(7)}  ${name}`);
    return bytes;
  });
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  console.log(`${String(total).padStart(7)}  of at most ${LIMIT_BYTES} bytes, compressed`);
  if (total <= LIMIT_BYTES) return;
  console.error(`build-page: the page has ${total} bytes, compressed: the limit is ${LIMIT_BYTES}`);
  process.exitCode = 1;
}
