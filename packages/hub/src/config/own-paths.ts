// Where paths of a configuration lead: whether two of them are the same thing, also through symbolic links,
// and also while nothing is there yet.

import { readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** As many links as Linux follows. @see path_resolution(7) */
const LINKS_MAX = 40;

/**
 * Completes the path of a real port.
 *
 * @param directory Folder that relative paths start from.
 * @param serial A path, or an address such as `COM3` or `loop://`.
 * @returns A path with a folder in it is made absolute; anything else is left as it is.
 */
export function serialPath(directory: string, serial: string): string {
  const isAddress = /^(?:unix:|[a-z][a-z0-9+.-]*:\/\/)/i.test(serial) || !serial.includes("/");
  return isAddress ? serial : resolve(directory, serial);
}

/**
 * Names a path in one way: its folder without symbolic links.
 *
 * @param path Absolute path; it need not exist.
 */
export function canonicalPath(path: string): string {
  const folder = dirname(path);
  return folder === path ? path : join(realFolder(folder), basename(path));
}

/**
 * Follows a path link by link.
 *
 * @param path Absolute path; it need not exist.
 * @returns Every path on the way, the given one first.
 */
export function followPath(path: string): readonly string[] {
  const way = [canonicalPath(path)];
  for (let count = 0; count < LINKS_MAX; count++) {
    const at = way.at(-1) ?? path;
    const target = targetOf(at);
    if (target === undefined) break;
    way.push(canonicalPath(resolve(dirname(at), target)));
  }
  return way;
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return canonicalPath(folder); // it is not there yet: the folders above it may be
  }
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // nothing is there, or no link
  }
}
