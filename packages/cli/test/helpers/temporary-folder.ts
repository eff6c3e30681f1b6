// A folder of its own for one test, gone with everything in it when the test is over.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Makes the folder. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "anyserial-cli-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
