// Recorded traces: text files that a test compares with what happens now. To record them anew, run the
// test with ANYSERIAL_RECORD=1 in the environment, and read the difference in git before it is committed.

import { equal } from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const FOLDER = new URL("../../test/fixtures/traces/", import.meta.url);

/**
 * Compares lines with a recorded file.
 *
 * @param name Name of the file, without its ending.
 * @param lines The present lines.
 */
export function matchesRecorded(name: string, lines: readonly string[]): void {
  const file = new URL(`${name}.txt`, FOLDER);
  const text = `${lines.join("\n")}\n`;
  if (process.env["ANYSERIAL_RECORD"] === "1") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  equal(text, readFileSync(file, "utf8"));
}
