// The built package once more in another folder, as a process has it that loads it twice.

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const KOFFI = dirname(createRequire(import.meta.url).resolve("koffi"));

/**
 * Copies the package.
 *
 * @param folder Where to; emptied by its owner.
 * @param options.hasKoffi Beside the one koffi that there is.
 * @returns The folder of the copy.
 */
export function copyPackage(folder: string, { hasKoffi = true } = {}): string {
  const copy = join(folder, "node_modules", "anyserial");
  mkdirSync(copy, { recursive: true });
  for (const name of ["dist", "package.json"]) {
    cpSync(join(PACKAGE, name), join(copy, name), { recursive: true, filter: isLoaded });
  }
  if (hasKoffi) symlinkSync(KOFFI, join(folder, "node_modules", "koffi"));
  return copy;
}

/** Files that only tools read are left out. */
function isLoaded(file: string): boolean {
  return !/\.(map|ts|tsbuildinfo)$/.test(file);
}

/**
 * Makes a copy load its platform from another one: so does a TypeScript runner that translates
 * static imports, and leaves import() to Node.
 *
 * @param copy The copy to change.
 * @param platform Where it finds platforms and koffi.
 */
export function splitCopy(copy: string, platform: string): void {
  const file = join(copy, "dist/platform/select.js");
  const source = readFileSync(file, "utf8");
  const split = source.replaceAll(/import\("\.\.\/(linux|ffi)\//g, `import("${platform}/dist/$1/`);
  if (split === source) throw new Error(`${file} loads nothing by import()`);
  writeFileSync(file, split);
}
