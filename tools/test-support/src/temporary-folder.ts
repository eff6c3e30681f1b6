// A folder for one test, or for the tests of a file.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes an empty folder, which is removed with its content when the test ends.
 *
 * @param t The test, or node:test itself: then the folder is the whole file's.
 */
export function temporaryFolder(t: { after(clean: () => void): unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
