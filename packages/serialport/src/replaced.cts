// Which packages of a program are replaced, and by what. Pure, but for reading the version of the original.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The replacements, by the names that programs import. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  serialport: "@anyserial/serialport",
  "@serialport/bindings-cpp": "@anyserial/bindings-cpp",
};
/** Older versions export other names. */
const OLDEST_MAJOR = 10;

/** The answer for one import. */
export interface Replacement {
  /** What to load in place of the original; `undefined` for an original that has other exports. */
  readonly name: string | undefined;
  /** Version of an original that stays. */
  readonly kept?: string;
}

/**
 * Decides about an import.
 *
 * @param name What a program imports.
 * @param findOriginal Finds the file of the original, or fails.
 * @returns `undefined` for an import that is no concern of ours.
 */
export function replacementOf(name: string, findOriginal: () => string): Replacement | undefined {
  if (!Object.hasOwn(REPLACEMENTS, name)) return undefined;
  const kept = olderVersion(name, findOriginal);
  return kept === undefined ? { name: REPLACEMENTS[name] } : { name: undefined, kept };
}

/** `undefined` for an original that is missing, or new enough. */
function olderVersion(name: string, findOriginal: () => string): string | undefined {
  try {
    const manifest = manifestAbove(findOriginal());
    if (manifest.name !== name) return undefined; // an alias: it is ours already, or somebody else's
    const { version = "" } = manifest;
    return Number.parseInt(version, 10) < OLDEST_MAJOR ? version : undefined;
  } catch {
    return undefined; // not installed, or its native part is missing
  }
}

function manifestAbove(file: string): { readonly name?: string; readonly version?: string } {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (manifest.name !== undefined) return manifest;
    } catch {} // there is none in this folder
  }
  return {};
}
