// Reading small files of the system that may not be there.

import { readdir, readFile, readlink, realpath } from "node:fs/promises";

/** The text of a file, trimmed; `undefined` when it cannot be read. */
export async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}

/** The names in a folder; none when it cannot be read. */
export async function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}

/** Where a link leads, one step; `undefined` when it is none. */
export async function linkOf(path: string): Promise<string | undefined> {
  return readlink(path).catch(() => undefined);
}

/** Where a path leads in the end; `undefined` when it leads nowhere. */
export async function resolved(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
