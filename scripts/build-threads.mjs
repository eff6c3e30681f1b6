// `node scripts/build-threads.mjs [--check]`: makes a text of each program that runs in a thread of the library's
// own, src/**/*-worker.ts, with all that it imports: src/**/*-worker.program.ts. A bundle finds no file
// beside it. --check says which text is not as it would be made.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBundlers } from "./bundlers.mjs";

const SOURCE = fileURLToPath(new URL("../packages/anyserial/src/", import.meta.url));
const isCheck = process.argv.includes("--check");

const { build } = (await loadBundlers("esbuild")).esbuild;
const workers = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith("-worker.ts"),
);
for (const file of workers.map((name) => name.replaceAll("\\", "/")).sort()) {
  const target = `${SOURCE}${file.replace(/\.ts$/, ".program.ts")}`;
  const text = await programOf(file);
  if (isCheck) {
    if (readFileSync(target, "utf8") === text) continue;
    console.error(`build-threads: ${target} is stale: run npm run threads`);
    process.exitCode = 1;
  } else writeFileSync(target, text);
}

async function programOf(file) {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${SOURCE}${file}`],
    absWorkingDir: SOURCE,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    minify: true,
    legalComments: "none",
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.keys(output.inputs)
    .filter((input) => output.inputs[input].bytesInOutput > 0)
    .sort((a, b) => (a < b ? -1 : 1));
  const name = basename(file, "-worker.ts").replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  return `// Made by \`npm run threads\` of ${basename(file)}; not to be edited. It is of these files:
${inputs.map((input) => `// ${input}`).join("\n")}
// sha256 ${sourceHash(inputs.map((input) => `${SOURCE}${input}`))}

export const ${name}Program: string =
  ${JSON.stringify(outputFiles[0].text.trim())};
`;
}

/** Hashes the text of files, whatever their line ends are. */
function sourceHash(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file, "utf8").replaceAll("\r\n", "\n"));
  return hash.digest("hex");
}
