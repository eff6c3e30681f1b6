// Runs a small program in a Node.js of its own, where it can import the package by name.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Root of the package, from the compiled test. */
const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));

/** Result of a program. */
export interface ScriptResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; `null` when it was killed. */
  readonly code: number | null;
}

/** How to run it. */
export interface ScriptOptions {
  /** Options of Node.js. */
  readonly flags?: readonly string[];
  /** Changes of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a module to its end.
 *
 * @param source Text of an ES module.
 * @param options How.
 */
export function runScript(
  source: string,
  { flags = [], env = {} }: ScriptOptions = {},
): Promise<ScriptResult> {
  const args = [...flags, "--input-type=module", "--eval", source];
  const options = { cwd: PACKAGE, env: { ...process.env, ...env }, timeout: 30_000 };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      resolve({ stdout, stderr, code: child.exitCode });
    });
  });
}
