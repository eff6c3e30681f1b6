// Compiles programs as a user would: the oldest and the newest compiler, @types/node of the oldest
// Node.js and the newest, with and without the types of the DOM, and without naming any types. The one for
// Web Serial also has the types of that interface, as programs of browsers do.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const compilers = [folderOf("typescript", here), folderOf("typescript", root)];
const nodeTypes = [folderOf("@types/node", root), folderOf("@types/node", here)];
const webSerialTypes = folderOf("@types/w3c-web-serial", here);
const modes = [
  { file: "program.ts", lib: ["es2023", "esnext.disposable"], types: ["node"] },
  { file: "program.ts", lib: ["es2023", "esnext.disposable", "dom"], types: ["node"] },
  { file: "program.ts", lib: ["es2023", "esnext.disposable", "dom"] },
  {
    file: "web-serial-program.ts",
    lib: ["es2023", "esnext.disposable", "dom"],
    types: ["node", "web-serial"],
  },
];
const scratch = mkdtempSync(join(tmpdir(), "anyserial-types-"));
let failures = 0;

try {
  const cases = compilers.flatMap((compiler) => nodeTypes.map((types) => ({ compiler, types })));
  for (const [index, { compiler, types }] of cases.entries()) {
    const project = makeProject(join(scratch, String(index)), types);
    for (const mode of modes) failures += compile(project, { compiler, types, mode }) ? 0 : 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failures > 0 ? 1 : 0;

/** A project with the packages as npm would install them. */
function makeProject(project, types) {
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, "@types"), { recursive: true });
  mkdirSync(join(modules, "@anyserial"));
  symlinkSync(types, join(modules, "@types/node"), "junction");
  // Under another name, so that the compiler takes it only where it is named.
  symlinkSync(webSerialTypes, join(modules, "web-serial"), "junction");
  symlinkSync(join(root, "packages/anyserial"), join(modules, "anyserial"), "junction");
  symlinkSync(join(root, "packages/hub"), join(modules, "@anyserial/hub"), "junction");
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  for (const file of new Set(modes.map((mode) => mode.file))) {
    writeFileSync(join(project, file), readFileSync(join(here, file)));
  }
  return project;
}

function compile(project, { compiler, types, mode }) {
  const { file, ...mentioned } = mode;
  const options = {
    ...mentioned,
    target: "es2022",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const config = { compilerOptions: options, files: [file] };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(compiler, "bin/tsc");
  const { status, stdout } = spawnSync(
    process.execPath,
    [tsc, "-p", project, "--pretty", "false"],
    {
      encoding: "utf8",
    },
  );
  const what = [
    file,
    `typescript ${versionOf(compiler)}`,
    `@types/node ${versionOf(types)}`,
    mode.lib.includes("dom") ? "DOM" : "no DOM",
    mode.types ? "" : "types left out",
  ];
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${what.filter(Boolean).join(", ")}`);
  if (status !== 0) console.log(stdout);
  return status === 0;
}

function folderOf(name, from) {
  return dirname(createRequire(join(from, "package.json")).resolve(`${name}/package.json`));
}

function versionOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}
