// Removes the folders that were made for a link, from the innermost outwards, as long as they are empty.

import { basename, dirname } from "node:path";
import type { Fail, FolderSystem } from "./folder.ts";
import type { MadeFolders } from "./made-folders.ts";
import { openFolder } from "./open-folder.ts";

/**
 * Removes empty folders; others stay for their users, and are tried again with the next link.
 *
 * @param system Calls.
 * @param made Folders that this process made.
 * @param innermost Path of the first one, without links.
 */
export function removeEmptyFolders(
  system: FolderSystem,
  made: MadeFolders,
  innermost: string,
): void {
  for (let path = innermost; made.identityOf(path) !== undefined; path = dirname(path)) {
    if (!isGoneNow(system, path, made.identityOf(path))) return;
    made.forget(path);
  }
}

/** Removes one folder. @returns Whether it is gone, or is another one by now. */
function isGoneNow(system: FolderSystem, path: string, identity: string | undefined): boolean {
  const { calls, abi } = system;
  const fail: Fail = (syscall, result) => new Error(`${syscall} ${result}`) as never;
  let parent: ReturnType<typeof openFolder>;
  try {
    parent = openFolder(system, dirname(path), { fail });
  } catch {
    return true;
  }
  try {
    const facts = calls.stat(parent.fd, basename(path));
    if (typeof facts === "number" || facts.identity !== identity) return true;
    return calls.remove(parent.fd, basename(path), abi.AT_REMOVEDIR) >= 0;
  } finally {
    parent.close();
  }
}
