// Paths in a configuration: what they may be, and where relative ones start.

import { statSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { Place } from "./place.ts";
import type { Reader } from "./readers.ts";

const NAME_BYTES_MAX = 255;
const PATH_BYTES_MAX = 4095;
const ALLOWED = "a path";

/**
 * Makes a reader of a path, absolute or relative to the folder of the configuration. The path is left as
 * it is written.
 *
 * @returns The reader.
 * @see limits.h on Linux: NAME_MAX 255, PATH_MAX 4096 with the NUL
 */
export function path(): Reader<string> {
  const read = (place: Place): string | undefined => {
    const given = place.value;
    const complaint = typeof given === "string" ? complainOf(given) : "";
    if (complaint === undefined) return given as string; // it is a string: nothing to complain of
    place.refuse(complaint === "" ? ALLOWED : complaint);
    return undefined;
  };
  return { allowed: ALLOWED, read };
}

/**
 * Makes a reader of the path of a device file, which must exist: in the folder of the configuration or
 * below it, unless it is absolute.
 *
 * @param directory Folder of the configuration.
 * @returns The reader.
 */
export function deviceFile(directory: string): Reader<string> {
  const plain = path();
  const allowed = "an existing JavaScript or TypeScript file beside or below the configuration";
  const read = (place: Place): string | undefined => {
    const given = plain.read(place);
    if (given === undefined) return undefined;
    const isOutside = !isAbsolute(given) && !isBelow(directory, resolve(directory, given));
    if (isOutside) place.refuse(`a path below the configuration's folder, or an absolute one`);
    else if (!isFile(resolve(directory, given))) place.refuse(allowed);
    else return given;
    return undefined;
  };
  return { allowed, read };
}

/** What a path must be instead; `undefined` for a good one. */
function complainOf(given: string): string | undefined {
  if (given === "") return "a path that is not empty";
  if (given.includes("\0")) return "a path without NUL";
  if (given.endsWith("/")) return "the path of a file, not of a folder";
  const lengths = given.split("/").map((name) => Buffer.byteLength(name));
  const isTooLong = Math.max(...lengths) > NAME_BYTES_MAX;
  if (isTooLong || Buffer.byteLength(given) > PATH_BYTES_MAX) return "a shorter path";
  return undefined;
}

function isBelow(directory: string, target: string): boolean {
  const way = relative(directory, target);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isFile(target: string): boolean {
  return statSync(target, { throwIfNoEntry: false })?.isFile() ?? false;
}
