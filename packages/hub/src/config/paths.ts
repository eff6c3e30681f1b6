// Rules for paths in a configuration, and the folder that relative ones start from.

import { statSync } from "node:fs";
import { basename, extname, isAbsolute, relative, resolve, sep } from "node:path";
import { isPosix } from "../process/is-posix.ts";
import type { ConfigNode } from "./config-node.ts";
import type { Reader } from "./readers.ts";

const NAME_BYTES_MAX = 255;
const PATH_BYTES_MAX = 4095;
const ALLOWED = "a path";

/** Names of device files end with one of these; Node.js runs TypeScript where it can. */
export const DEVICE_EXTENSIONS: readonly string[] = [".js", ".mjs", ".ts", ".mts"];

/**
 * Makes a reader of a path, absolute or relative to the folder of the configuration. The path is left as
 * it is written.
 *
 * @returns The reader.
 * @see limits.h on Linux: NAME_MAX 255, PATH_MAX 4096 with the NUL
 */
export function path(): Reader<string> {
  const read = (node: ConfigNode): string | undefined => {
    const given = node.value;
    const complaint = typeof given === "string" ? complainOf(given) : "";
    if (complaint === undefined) return given as string; // it is a string: nothing to complain of
    node.refuse(complaint === "" ? ALLOWED : complaint);
    return undefined;
  };
  return { allowed: ALLOWED, read };
}

/** The files beside a link, such as its lock, have longer names. */
const LINK_NAME_BYTES_MAX = 200;

/**
 * Makes a reader of the path of a link: one whose name leaves room for the lock beside it.
 *
 * @returns The reader.
 */
export function linkPath(): Reader<string> {
  const plain = path();
  const read = (node: ConfigNode): string | undefined => {
    const given = plain.read(node);
    if (given === undefined || Buffer.byteLength(basename(given)) <= LINK_NAME_BYTES_MAX)
      return given;
    node.refuse(`a name of at most ${LINK_NAME_BYTES_MAX} bytes`);
    return undefined;
  };
  return { allowed: ALLOWED, read };
}

/** Bytes of a socket's path without its NUL. @see unix(7) */
export const SOCKET_PATH_BYTES_MAX = 107;

/**
 * Makes a reader of the path of a socket: short enough for the system when it is absolute.
 *
 * @param directory Folder of the configuration.
 * @returns The reader.
 */
export function socketPath(directory: string): Reader<string> {
  const plain = path();
  const read = (node: ConfigNode): string | undefined => {
    const given = plain.read(node);
    if (given === undefined) return undefined;
    const absolute = resolve(directory, given);
    if (!isPosix() || Buffer.byteLength(absolute) <= SOCKET_PATH_BYTES_MAX) return given;
    node.refuse(`a path of at most ${SOCKET_PATH_BYTES_MAX} bytes: this one is ${absolute}`);
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
  const read = (node: ConfigNode): string | undefined => {
    const given = plain.read(node);
    if (given === undefined) return undefined;
    const isOutside = !isAbsolute(given) && !isBelow(directory, resolve(directory, given));
    if (isOutside) node.refuse(`a path below the configuration's folder, or an absolute one`);
    else if (!isDeviceFile(resolve(directory, given))) node.refuse(allowed);
    else return given;
    return undefined;
  };
  return { allowed, read };
}

/** The rule that a path breaks; `undefined` for a valid path. */
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

function isDeviceFile(target: string): boolean {
  if (!DEVICE_EXTENSIONS.includes(extname(target))) return false;
  return statSync(target, { throwIfNoEntry: false })?.isFile() ?? false;
}
