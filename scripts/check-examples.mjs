// Type-checks the examples: each ```ts fence of the README files, the docs and the doc comments becomes
// one module compiled against the built packages. A fence marked ```ts no-check is skipped.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { listFiles } from "./list-files.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const directory = "node_modules/.cache/examples";
const origins = new Map();

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
for (const file of listFiles()) {
  const isPage = /^(README\.md|docs\/.*\.md|packages\/[^/]+\/README\.md)$/.test(file);
  if (isPage || /^packages\/[^/]+\/src\/.*\.ts$/.test(file)) extract(file);
}
writeFileSync(
  `${directory}/tsconfig.json`,
  JSON.stringify({
    extends: "../../../tsconfig.base.json",
    compilerOptions: {
      composite: false,
      declarationMap: false,
      isolatedDeclarations: false,
      noEmit: true,
    },
    include: ["*.ts"],
  }),
);

if (origins.size > 0) {
  const tsc = ["node_modules/typescript/bin/tsc", "-p", directory, "--pretty", "false"];
  const result = spawnSync(process.execPath, tsc, { encoding: "utf8" });
  process.stdout.write(
    result.stdout.replace(/^\S*?(example-\d+\.ts)/gm, (_, name) => origins.get(name)),
  );
  process.exitCode = result.status ?? 1;
}
console.log(`check-examples: ${origins.size} examples checked`);

/** Writes each fence of a file as a module, padded so that its line numbers are the file's. */
function extract(file) {
  const lines = readFileSync(file, "utf8").split("\n");
  const isSource = file.endsWith(".ts");
  let example;
  for (const [index, raw] of lines.entries()) {
    const line = isSource ? raw.replace(/^\s*\* ?/, "") : raw;
    if (example === undefined && /^\s*```(ts|typescript)\s*$/.test(line)) {
      example = "\n".repeat(index + 1);
    } else if (example !== undefined && /^\s*```\s*$/.test(line)) {
      const name = `example-${origins.size + 1}.ts`;
      origins.set(name, file);
      writeFileSync(`${directory}/${name}`, `${example}export {};\n`);
      example = undefined;
    } else if (example !== undefined) example += `${line}\n`;
  }
}
